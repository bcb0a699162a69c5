// A stream as it is, or as it was at a version or a time; read in portions, so that a long one needs no more memory than its listing.
import type { StoredEvent } from '../core/index.js';
import type { OperatedContext } from './operated-context.js';

export interface StreamMoment {
  readonly version?: number;
  readonly time?: Date;
}

const EVENTS_AT_A_TIME = 500;

/** The contexts that have the stream. */
export async function findStream(contexts: readonly OperatedContext[], stream: string): Promise<OperatedContext[]> {
  const versions = await Promise.all(contexts.map(({ events }) => events.streamVersion(stream)));
  return contexts.filter((_, index) => versions[index]! > 0);
}

/** Ascending by version. */
export async function* readStreamAt(
  { events }: OperatedContext,
  stream: string,
  { version = Infinity, time }: StreamMoment = {},
): AsyncGenerator<StoredEvent> {
  for (let fromVersion = 1; fromVersion <= version; fromVersion += EVENTS_AT_A_TIME) {
    const toVersion = Math.min(version, fromVersion + EVENTS_AT_A_TIME - 1);
    const page = await events.readStream(stream, { fromVersion, toVersion, until: time });
    yield* page;
    if (page.length < EVENTS_AT_A_TIME) return;
  }
}
