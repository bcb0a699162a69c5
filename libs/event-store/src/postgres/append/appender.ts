// The append: sends it, and turns every way of not being stored into a result or a typed error.
import {
  CorruptStreamError,
  failpoint,
  isOpen,
  systemClock,
  systemIds,
  TooManyConflictsError,
  UnavailableError,
  validateAppend,
  type AppendRequest,
  type AppendResult,
  type Clock,
  type IdGenerator,
  type ValidAppend,
} from '../../core/index.js';
import { earlierAppend } from './earlier-append.js';
import { appendBatch } from './append-batch.js';
import { AppendLanes, type Meaning } from './append-lanes.js';
import { LANES, type PostgresDatabase } from '../connections/database.js';
import { failureOf, LOCK_NOT_AVAILABLE, sqlStateOf } from '../connections/sql-states.js';
import { currentPostgresTransaction } from '../connections/transaction.js';

export interface AppenderOptions {
  readonly database: PostgresDatabase;
  /** Called when an append is durable, after the commit of the unit of work it belongs to; must not throw. */
  readonly onAppended?: () => void;
  readonly clock?: Clock;
  readonly ids?: IdGenerator;
}

/** How often a lost race is run again, where the caller named no version. */
const MAX_ATTEMPTS = 30;

function meaningOf(error: unknown): Meaning {
  if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return 'wait';
  // Where the server gave up on the statement, a smaller one may well go through.
  return error instanceof UnavailableError && failureOf(error.cause) !== 'gave-up' ? 'everybody' : 'somebody';
}

export class Appender {
  private readonly database: PostgresDatabase;
  private readonly onAppended: () => void;
  private readonly durable = (): void => {
    failpoint('append.afterCommitBeforeReply');
    this.onAppended();
  };
  private readonly clock: Clock;
  private readonly ids: IdGenerator;
  private readonly lanes: AppendLanes;

  constructor({ database, onAppended = () => undefined, clock = systemClock, ids = systemIds }: AppenderOptions) {
    this.database = database;
    this.onAppended = onAppended;
    this.clock = clock;
    this.ids = ids;
    this.lanes = new AppendLanes({
      lanes: LANES,
      send: (requests) => appendBatch((query) => database.queryInLane(query), requests, 'error'),
      sendPatiently: async (request) =>
        (await appendBatch((query) => database.queryOutside(query), [request], 'error'))[0],
      meaningOf,
      now: () => clock.now().getTime(),
    });
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const transaction = currentPostgresTransaction(this.database.dataSource);
    try {
      const result = await this.untilDecided(validateAppend(request), transaction !== undefined);
      if (!result.repeated) {
        if (transaction) transaction.onCommit(this.durable);
        else this.durable();
      }
      return result;
    } catch (error) {
      transaction?.markRollbackOnly(error);
      throw error;
    }
  }

  private async untilDecided(request: ValidAppend, inTransaction: boolean): Promise<AppendResult> {
    for (let attempt = 1; ; attempt += 1) {
      let lost: unknown;
      try {
        failpoint('append.beforeInsert');
        const stored = inTransaction ? await this.join(request) : await this.lanes.append(request);
        if (stored) return stored;
      } catch (error) {
        const failure = failureOf(error);
        // Inside a unit of work the transaction is aborted: the unit as a whole may run again, this statement may not.
        if (failure === undefined || failure === 'unavailable' || (failure === 'retryable' && inTransaction))
          throw error;
        lost = error;
      }
      const earlier = await this.earlier(request, lost, inTransaction);
      if (earlier) return earlier;
      if (lost instanceof Error && inTransaction) throw lost;
      if (attempt >= MAX_ATTEMPTS) throw this.undecided(request, attempt, lost);
      await this.clock.sleep(this.ids.random() * Math.min(100, 2 ** attempt));
    }
  }

  private async join(request: ValidAppend): Promise<AppendResult | undefined> {
    const [stored] = await appendBatch((query) => this.database.query(query), [request], 'no row');
    failpoint('append.afterInsertBeforeCommit');
    return stored;
  }

  /** undefined: nothing in the way now, try again. */
  private earlier(request: AppendRequest, lost: unknown, inTransaction: boolean): Promise<AppendResult | undefined> {
    // After an error the open transaction answers nothing any more; whoever was first has committed and is seen outside.
    const outside = lost !== undefined && inTransaction;
    return earlierAppend(
      (query) => (outside ? this.database.queryOutside(query) : this.database.query(query)),
      request,
    );
  }

  private undecided({ stream, expected, events }: AppendRequest, attempts: number, lost: unknown): Error {
    const cause = lost ?? new Error('every attempt lost the race for the next version');
    if (isOpen(expected) || (lost !== undefined && failureOf(lost) !== 'conflict'))
      return new TooManyConflictsError(stream, attempts, cause);
    return new CorruptStreamError(
      `Append of ${events[0]!.id} to ${stream} at version ${expected}: the database refuses it, and nothing is found that stands in its way. ` +
        'Check the indexes of event_store.events (REINDEX).',
    );
  }
}
