// From any id to the request it belongs to, and to the time around which to look.
import type { FoundId } from './trace-directory.js';
import type { TracedContext } from './collect.js';

export interface FoundRequest {
  /** Undefined when no index knows the id: then it is taken for a correlation id. */
  readonly context: string | undefined;
  readonly what: FoundId['what'] | 'correlation';
  /** Undefined for a command that made no event and that nobody else names. */
  readonly correlationId: string | undefined;
  /** Where to look: around this time. */
  readonly time: Date;
  /** Other requests that wrote to the same stream. */
  readonly others: readonly { readonly context: string; readonly correlationId: string; readonly time: Date }[];
}

export interface FindOptions {
  readonly now: Date;
  /** Where the caller says that it was; decides over what the id itself tells. */
  readonly around?: Date | undefined;
}

/** What no index knows may be a correlation id: of those that are UUIDv7 the time is known, for others the present is taken. */
export async function findRequest(
  contexts: readonly TracedContext[],
  id: string,
  { now, around }: FindOptions,
): Promise<FoundRequest> {
  const found = (
    await Promise.all(
      contexts.map(async ({ name, trace }) => (await trace.find(id)).map((one) => ({ context: name, ...one }))),
    )
  ).flat();
  const known = found.toSorted(
    (a, b) =>
      Number(a.correlationId === undefined) - Number(b.correlationId === undefined) ||
      a.time.getTime() - b.time.getTime(),
  );
  const [first] = known;
  if (!first) {
    const time = around ?? timeOf(id) ?? now;
    return { context: undefined, what: 'correlation', correlationId: id, time, others: [] };
  }
  const seen = new Set([first.correlationId]);
  const others = known.flatMap(({ context, correlationId, time }) => {
    if (correlationId === undefined || seen.has(correlationId)) return [];
    seen.add(correlationId);
    return [{ context, correlationId, time }];
  });
  const { context, what, correlationId, time } = first;
  return { context, what, correlationId, time: around ?? time, others };
}

/** When a UUIDv7 was made (RFC 9562, section 5.7); undefined for any other id. */
export function timeOf(id: string): Date | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id) ?? [];
  return high && low ? new Date(Number.parseInt(high + low, 16)) : undefined;
}
