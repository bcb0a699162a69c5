// One order's story across both services, from their databases: when, where, which command, what came of it, who asked and why.
import { optionalText, text, type Query, type Row } from '../../libs/event-store/src/testing/invariants/index.js';
import { formatTable } from '../text/table.js';

export interface TimelineEntry {
  readonly at: Date;
  readonly service: string;
  readonly command: string;
  /** The event, or how the command was answered without one. */
  readonly outcome: string;
  readonly actor: string;
  readonly reason: string;
}

export async function readTimeline(
  orderId: string,
  queries: Readonly<Record<string, Query>>,
): Promise<TimelineEntry[]> {
  const streams = { 'order-service': `order-${orderId}`, 'payment-service': `payment-${orderId}` };
  const stories = Object.entries(streams).map(async ([service, stream]) => {
    const rows = await queries[service]!(STORY, [stream]);
    return rows.map((row) => entryOf(service, row));
  });
  return (await Promise.all(stories)).flat().sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** As a table with the time since the first entry, in milliseconds. */
export function formatTimeline(entries: readonly TimelineEntry[]): string {
  const first = entries[0]?.at.getTime() ?? 0;
  const rows = entries.map(({ at, service, command, outcome, actor, reason }) => [
    `+${at.getTime() - first} ms`,
    service,
    command,
    outcome,
    actor,
    reason,
  ]);
  return formatTable(['time', 'service', 'command', 'outcome', 'actor', 'reason'], rows);
}

/** Every decision on the stream with its events; what a saga decided carries its actor and reason in the outgoing command. */
const STORY = `
  SELECT (extract(epoch FROM coalesce(e.occurred_at, c.recorded_at)) * 1000)::text AS at_ms, c.type AS command, c.rejection->>'code' AS rejection, e.type AS event,
         coalesce(e.metadata, o.metadata)->>'actor' AS actor,
         coalesce(e.data->>'reason', coalesce(e.metadata, o.metadata)->>'reason') AS reason
    FROM event_store.commands c
    LEFT JOIN event_store.events e ON e.stream = c.stream AND e.version BETWEEN c.first_version AND c.version
    LEFT JOIN event_store.outgoing_commands o ON o.id = c.id
   WHERE c.stream = $1
   ORDER BY c.recorded_at, e.version`;

function entryOf(service: string, row: Row): TimelineEntry {
  const rejection = optionalText(row, 'rejection');
  return {
    at: new Date(Number(text(row, 'at_ms'))),
    service,
    command: text(row, 'command'),
    outcome: optionalText(row, 'event') ?? (rejection === undefined ? 'changed nothing' : `rejected: ${rejection}`),
    actor: optionalText(row, 'actor') ?? '',
    reason: optionalText(row, 'reason') ?? '',
  };
}
