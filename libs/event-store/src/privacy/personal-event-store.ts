// An event store above which there is plain text, and below which personal fields are cipher text.
import {
  currentTransaction,
  DomainError,
  DuplicateEventIdError,
  TooManyConflictsError,
  validateAppend,
  WrongExpectedVersionError,
  type AppendRequest,
  type AppendResult,
  type Clock,
  type EventStore,
  type IdGenerator,
} from '../core/index.js';
import type { PersonalDataVault } from './vault.js';

export interface PersonalEventStoreOptions {
  readonly vault: PersonalDataVault;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** How often a lost race is run again, where the caller named no version. */
const MAX_ATTEMPTS = 30;

/** What carries nothing personal passes through. */
export function withPersonalData(store: EventStore, { vault, clock, ids }: PersonalEventStoreOptions): EventStore {
  return {
    async append(request) {
      if (!request.events.some((event) => vault.concerns(event))) return store.append(request);
      try {
        validateAppend(request);
        const { expected } = request;
        if (expected === 'any' || expected === 'stream-exists') return await appendWhereItIs(request);
        return await appendAt(request, expected === 'no-stream' ? 0 : expected);
      } catch (error) {
        if (!(error instanceof DomainError)) currentTransaction()?.markRollbackOnly(error);
        throw error;
      }
    },
    async readStream(stream, options) {
      return [...(await vault.open(await store.readStream(stream, options), () => stream))];
    },
    async *replay(stream, options) {
      for await (const events of store.replay(stream, options)) yield vault.open(events, () => stream);
    },
    streamVersion: (stream) => store.streamVersion(stream),
    findCommand: (command) => store.findCommand(command),
    recordCommand: (command, outcome) => store.recordCommand(command, outcome),
  };

  async function appendAt(request: AppendRequest, version: number): Promise<AppendResult> {
    return store.append({ ...request, events: await vault.seal(request.stream, version + 1, request.events) });
  }

  /** The version belongs to what is encrypted, so it has to be known first; whoever is faster has us look again. */
  async function appendWhereItIs(request: AppendRequest): Promise<AppendResult> {
    const { stream, expected } = request;
    const joined = currentTransaction() !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      // An error of the store would end the unit of work: there we look before.
      const before = joined ? await versionBefore(request) : undefined;
      const version = before ?? (await store.streamVersion(stream));
      if (version === 0 && expected === 'stream-exists') return appendAt(request, version); // the store refuses it
      try {
        return await appendAt({ ...request, expected: version }, version);
      } catch (error) {
        if (error instanceof DuplicateEventIdError) {
          const stored = joined ? undefined : await versionBefore(request);
          if (stored === undefined || stored === version) throw error;
          return await appendAt({ ...request, expected: stored }, stored);
        }
        if (!(error instanceof WrongExpectedVersionError)) throw error;
        if (joined || attempt >= MAX_ATTEMPTS) throw new TooManyConflictsError(stream, attempt, error);
        await clock.sleep(ids.random() * Math.min(100, 2 ** attempt));
      }
    }
  }

  /** The version its first event was appended on, if it is in the stream: the same again has to give the same cipher text. */
  async function versionBefore({ stream, events }: AppendRequest): Promise<number | undefined> {
    const found = (await store.readStream(stream)).find(({ id }) => id === events[0]!.id);
    return found && found.version - 1;
  }
}
