// Sends appends to the database: many in one round trip, each stored whole or not at all.
import type { QueryResult } from 'pg';
import { InvalidRequestError, type AppendRequest, type AppendResult, type ExpectedVersion } from '../../core/index.js';
import type { Query } from '../database.js';
import { appendOne, appendOneOfCommand } from '../sql/append-one.sql.js';
import { appendStatement, type AskedEvent } from '../sql/append.sql.js';

export interface StoredRow {
  stream: string;
  first_id: string;
  first_version: number;
  version: number;
  position: bigint;
}

const MAX_VERSION = 2_147_483_647;

/** Where to send it: into the open transaction, into a lane, or by itself. */
export type Send = (query: Query) => Promise<QueryResult<StoredRow>>;

/**
 * The result of each append, in the order given; undefined where it was not stored because somebody was first (not yet clear who).
 * Requests are validated by the caller. A unique_violation of one append (a race on a later id, or on a command) fails all of them.
 * @throws InvalidRequestError a stream twice: the second would need the version the first one makes.
 */
export async function appendBatch(
  send: Send,
  requests: readonly AppendRequest[],
): Promise<(AppendResult | undefined)[]> {
  if (new Set(requests.map(({ stream }) => stream)).size < requests.length) {
    throw new InvalidRequestError('A batch has a stream twice: send its appends one after the other.');
  }
  const byStream = new Map((await sendAppends(send, requests)).map((row) => [row.stream, row]));
  return requests.map(({ stream }) => {
    const row = byStream.get(stream);
    return (
      row && { stream, firstVersion: row.first_version, version: row.version, position: row.position, repeated: false }
    );
  });
}

/** The statement itself: what it stored. */
export async function sendAppends(send: Send, requests: readonly AppendRequest[]): Promise<readonly StoredRow[]> {
  if (requests.length === 1 && requests[0]!.events.length === 1) return (await send(alone(requests[0]!))).rows;
  const sorted = [...requests].sort((a, b) => (a.stream < b.stream ? -1 : 1));
  const statement = appendStatement({
    rest: sorted.some(({ events }) => events.length > 1),
    commands: sorted.some(({ command }) => command !== undefined),
  });
  return (await send({ ...statement, values: [JSON.stringify(sorted.flatMap(toRows))] })).rows;
}

/** The straight path: nothing to be packed, nothing to be taken apart. */
function alone({ stream, expected, events, command }: AppendRequest): Query {
  const { id, type, schemaVersion, data, metadata } = events[0]!;
  const values = [id, stream, ...range(expected), type, schemaVersion, JSON.stringify(data), JSON.stringify(metadata)];
  if (!command) return { ...appendOne, values };
  return { ...appendOneOfCommand, values: [...values, command.id, command.step, command.type, command.contentHash] };
}

function toRows({ stream, expected, events, command }: AppendRequest): AskedEvent[] {
  const [first, ...rest] = events.map(({ id, type, schemaVersion, data, metadata }, index) => ({
    stream,
    n: index + 1,
    id,
    first_id: events[0]!.id,
    type,
    schema_version: schemaVersion,
    data,
    metadata,
  }));
  const [atLeast, atMost] = range(expected);
  const decisive: AskedEvent = {
    ...first!,
    at_least: atLeast,
    at_most: atMost,
    rest_ids: rest.map(({ id }) => id),
    ...(command && {
      command_id: command.id,
      step: command.step,
      command_type: command.type,
      content_hash: command.contentHash,
    }),
  };
  return [decisive, ...rest];
}

/** The versions a stream may be at. */
function range(expected: ExpectedVersion): [number, number] {
  if (expected === 'any') return [0, MAX_VERSION];
  if (expected === 'stream-exists') return [1, MAX_VERSION];
  const version = expected === 'no-stream' ? 0 : Math.min(expected, MAX_VERSION);
  return [version, version];
}
