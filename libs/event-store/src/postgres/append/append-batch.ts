// Sends appends to the database: many in one round trip, each stored whole or not at all.
import { InvalidRequestError, type AppendResult, type ValidAppend } from '../../core/index.js';
import type { OnRace } from './append-one.sql.js';
import { appendStatement, type DecisiveFields, type EventFields } from './append.sql.js';
import { appendAlone, versionRange } from './append-alone.js';
import type { Send } from './send.js';

interface StoredRow {
  stream: string;
  first_id: string;
  first_version: number;
  version: number;
  position: bigint;
}

/**
 * The result of each append, in the order given; undefined where it was not stored because somebody was first (not yet clear who).
 * A unique_violation of one append (on a later id, or in a race for a command) fails all of them.
 * @throws InvalidRequestError a stream twice: the second would need the version the first one makes.
 */
export async function appendBatch(
  send: Send,
  requests: readonly ValidAppend[],
  onRace: OnRace,
): Promise<(AppendResult | undefined)[]> {
  if (requests.length === 1 && requests[0]!.events.length === 1) {
    return [await appendAlone(send, requests[0]!, onRace)];
  }
  if (new Set(requests.map(({ stream }) => stream)).size < requests.length) {
    throw new InvalidRequestError('A batch has a stream twice: send its appends one after the other.');
  }
  const byStream = new Map((await sendAppends(send, requests, onRace)).map((row) => [row.stream, row]));
  return requests.map(({ stream }) => {
    const row = byStream.get(stream);
    return (
      row && { stream, firstVersion: row.first_version, version: row.version, position: row.position, repeated: false }
    );
  });
}

/** The statement itself: what it stored. */
export async function sendAppends(
  send: Send,
  requests: readonly ValidAppend[],
  onRace: OnRace,
): Promise<readonly StoredRow[]> {
  const sorted = [...requests].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  const statement = appendStatement({
    rest: sorted.some(({ events }) => events.length > 1),
    commands: sorted.some(({ command }) => command !== undefined),
    onRace,
  });
  return (
    await send<StoredRow>({
      ...statement,
      values: [`[${sorted.flatMap((request) => toRows(request, onRace)).join(',')}]`],
    })
  ).rows;
}

/** {@link EventFields} as JSON, put together from the JSON that there is. */
function toRows({ stream, expected, events, texts, command }: ValidAppend, onRace: OnRace): string[] {
  const [atLeast, atMost] = versionRange(expected);
  const decisive: DecisiveFields = {
    at_least: atLeast,
    at_most: atMost,
    ...(onRace === 'no row' && { rest_ids: events.slice(1).map(({ id }) => id) }),
    ...(command && {
      command_id: command.id,
      step: command.step,
      command_type: command.type,
      content_hash: command.contentHash,
    }),
  };
  return events.map(({ id, type, schemaVersion }, index) => {
    const fields: EventFields = {
      stream,
      n: index + 1,
      id,
      first_id: events[0]!.id,
      type,
      schema_version: schemaVersion,
      ...(index === 0 && decisive),
    };
    const { data, metadata } = texts[index]!;
    return `${JSON.stringify(fields).slice(0, -1)},"data":${data},"metadata":${metadata}}`;
  });
}
