// Whether an append with personal data was stored before. What the store compares is cipher text of another place, or of a key that is destroyed:
// so it is the plain text that is compared here, as far as there is any left.
import {
  contentHash,
  DuplicateEventIdError,
  erased,
  firstAnswer,
  isErased,
  isPersonalValue,
  type AppendRequest,
  type AppendResult,
  type EventPlaces,
  type EventStore,
  type EventToAppend,
  type StoredEvent,
} from '../core/index.js';
import { sealedIn } from './sealed.js';
import type { PersonalDataVault } from './vault.js';

/**
 * The first result, when this very append was stored before; undefined when neither its command nor its first event is known.
 * @throws DuplicateEventIdError its events are stored with other content; @throws CommandIdReusedError, @throws RecordedRejectionError
 */
export async function earlierAppend(
  store: EventStore & EventPlaces,
  vault: PersonalDataVault,
  { stream, events, command }: AppendRequest,
): Promise<AppendResult | undefined> {
  const known = command && (await store.findCommand(command));
  if (known) return firstAnswer(known, stream);
  const firstVersion = await store.versionOf(stream, events[0]!.id);
  if (firstVersion === undefined) return undefined;
  const version = firstVersion + events.length - 1;
  const stored = await store.readStream(stream, { fromVersion: firstVersion, toVersion: version });
  const opened = await vault.open(stored, () => stream);
  for (const [index, event] of events.entries()) {
    const before = stored[index];
    if (before && isSame(event, before, opened[index]!.data)) continue;
    throw new DuplicateEventIdError(stream, event.id);
  }
  return { stream, firstVersion, version, position: stored.at(-1)!.position, repeated: true };
}

/** Of what was forgotten only that it was there can be compared. */
function isSame(event: EventToAppend, stored: StoredEvent, opened: object): boolean {
  const { id, type, schemaVersion } = stored;
  if (event.id !== id || event.type !== type || event.schemaVersion !== schemaVersion) return false;
  const data: Record<string, unknown> = { ...event.data };
  for (const field of Object.keys(sealedIn(stored.data)?.fields ?? {})) {
    if (isErased((opened as Record<string, unknown>)[field]) && isPersonalValue(data[field])) data[field] = erased;
  }
  return contentHash(data) === contentHash(opened);
}
