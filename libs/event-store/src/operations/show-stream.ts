// A stream as it is, or as it was at a version or a time; read in portions, so that a long one needs no more memory than its listing.
import type { StoredEvent } from '../core/index.js';
import { sealedIn, withoutCipherText } from '../privacy/index.js';
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

/** Ascending by version. A personal field shows only whether its subject was forgotten: looking needs no key. */
export async function* readStreamAt(
  context: Pick<OperatedContext, 'events' | 'subjectKeys'>,
  stream: string,
  { version = Infinity, time }: StreamMoment = {},
): AsyncGenerator<StoredEvent> {
  for (let fromVersion = 1; fromVersion <= version; fromVersion += EVENTS_AT_A_TIME) {
    const toVersion = Math.min(version, fromVersion + EVENTS_AT_A_TIME - 1);
    const page = await context.events.readStream(stream, { fromVersion, toVersion, until: time });
    yield* await shown(context, page);
    if (page.length < EVENTS_AT_A_TIME) return;
  }
}

async function shown(
  { subjectKeys }: Pick<OperatedContext, 'subjectKeys'>,
  events: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> {
  const subjects = new Set(events.flatMap(({ data }) => sealedIn(data)?.subject ?? []));
  if (subjects.size === 0) return events;
  const rows = await subjectKeys.find([...subjects]);
  const forgotten = new Set(rows.flatMap(({ subject, destroyedAt }) => (destroyedAt ? [subject] : [])));
  return events.map((event) => {
    const sealed = sealedIn(event.data);
    return sealed ? { ...event, data: withoutCipherText(event.data, sealed, forgotten.has(sealed.subject)) } : event;
  });
}
