// An event store above which there is plain text, and below which personal fields are cipher text.
import {
  currentTransaction,
  DuplicateEventIdError,
  SubjectForgottenError,
  TooManyConflictsError,
  validateAppend,
  WrongExpectedVersionError,
  type AppendRequest,
  type AppendResult,
  type Clock,
  type EventPlaces,
  type EventStore,
  type IdGenerator,
} from '../core/index.js';
import { earlierAppend } from './repeated-append.js';
import type { PersonalDataVault } from './vault.js';

export interface PersonalEventStoreOptions {
  readonly vault: PersonalDataVault;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** How often a lost race is run again, where the caller named no version. */
const MAX_ATTEMPTS = 30;

/**
 * What carries nothing personal passes through. Inside a unit of work an append of personal data that names no version throws a
 * WrongExpectedVersionError where another writer was first: what is encrypted belongs to a version, so the unit has to run again.
 */
export function withPersonalData(
  store: EventStore & EventPlaces,
  { vault, clock, ids }: PersonalEventStoreOptions,
): EventStore {
  return {
    async append(request) {
      if (!request.events.some((event) => vault.concerns(event))) return store.append(request);
      try {
        validateAppend(request);
        return await appendOnce(request);
      } catch (error) {
        if (!(error instanceof SubjectForgottenError)) currentTransaction()?.markRollbackOnly(error);
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
    decisionsOf: (commandId) => store.decisionsOf(commandId),
    recordCommand: (command, outcome) => store.recordCommand(command, outcome),
  };

  async function appendOnce(request: AppendRequest): Promise<AppendResult> {
    const joined = currentTransaction() !== undefined;
    // An error of the store would end the unit of work: there we look before.
    const isKnown = joined && (await store.versionOf(request.stream, request.events[0]!.id)) !== undefined;
    const before = isKnown ? await earlierAppend(store, vault, request) : undefined;
    if (before) return before;
    try {
      return await appendNow(request, joined);
    } catch (error) {
      const isRepeat = error instanceof SubjectForgottenError || (error instanceof DuplicateEventIdError && !joined);
      const earlier = isRepeat ? await earlierAppend(store, vault, request) : undefined;
      if (earlier) return earlier;
      throw error;
    }
  }

  /** The version belongs to what is encrypted, so it has to be known first; whoever is faster has us look again. */
  async function appendNow(request: AppendRequest, joined: boolean): Promise<AppendResult> {
    const { stream, expected } = request;
    if (expected !== 'any' && expected !== 'stream-exists') {
      return appendAt(request, expected === 'no-stream' ? 0 : expected);
    }
    for (let attempt = 1; ; attempt += 1) {
      const version = await store.streamVersion(stream);
      if (version === 0 && expected === 'stream-exists') {
        const earlier = await earlierAppend(store, vault, request); // its command may be known, for having changed nothing
        if (earlier) return earlier;
        throw new WrongExpectedVersionError(stream, expected, version);
      }
      try {
        return await appendAt({ ...request, expected: version }, version);
      } catch (error) {
        if (joined || !(error instanceof WrongExpectedVersionError)) throw error;
        if (attempt >= MAX_ATTEMPTS) throw new TooManyConflictsError(stream, attempt, error);
        await clock.sleep(ids.random() * Math.min(100, 2 ** attempt));
      }
    }
  }

  async function appendAt(request: AppendRequest, version: number): Promise<AppendResult> {
    return store.append({ ...request, events: await vault.seal(request.stream, version + 1, request.events) });
  }
}
