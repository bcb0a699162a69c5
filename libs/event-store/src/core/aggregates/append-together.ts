// Several streams in one transaction: all appends, or none.
import { InvalidRequestError } from '../errors.js';
import type { AppendRequest, AppendResult, EventStore } from '../ports/event-store.js';
import type { UnitOfWork } from '../ports/unit-of-work.js';

/**
 * Appends to several streams atomically, each on the version it expects; joins an open unit of work. Results come in the order given. Use it
 * where two aggregates must change together; mostly a process manager is the better answer, since it also spans contexts.
 * @throws InvalidRequestError without requests, or with a stream twice: give its events to one append.
 * @throws whatever {@link EventStore.append} throws for one of them; then nothing is stored.
 */
export async function appendTogether(
  { events, unitOfWork }: { readonly events: EventStore; readonly unitOfWork: UnitOfWork },
  requests: readonly AppendRequest[],
): Promise<AppendResult[]> {
  if (requests.length === 0) throw new InvalidRequestError('Append together: give at least one append.');
  const streams = requests.map(({ stream }) => stream);
  const twice = streams.find((stream, index) => streams.indexOf(stream) !== index);
  if (twice !== undefined) {
    throw new InvalidRequestError(`Append together: ${twice} is there twice. Give all its events to one append.`);
  }
  const sorted = [...requests].sort((a, b) => (a.stream < b.stream ? -1 : 1)); // so that two of these cannot lock each other out
  return unitOfWork.run(async () => {
    const results = new Map<string, AppendResult>();
    for (const request of sorted) results.set(request.stream, await events.append(request));
    return streams.map((stream) => results.get(stream)!);
  });
}
