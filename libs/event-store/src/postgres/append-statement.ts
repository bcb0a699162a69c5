// Sends appends to the database: many in one round trip, each stored whole or not at all.
import { InvalidRequestError, type AppendRequest, type AppendResult, type ExpectedVersion } from '../core/index.js';
import type { PostgresDatabase } from './database.js';
import { appendStatement } from './sql/append.sql.js';

interface StoredRow {
  first_id: string;
  first_version: number;
  version: number;
  position: bigint;
}

const MAX_VERSION = 2_147_483_647;

/**
 * The result of each append, in the order given; undefined where it was not stored because somebody was first (not yet clear who).
 * Requests are validated by the caller. A unique_violation of one append (a race on a later id, or on a command) fails all of them.
 * @throws InvalidRequestError a stream twice: the second would need the version the first one makes.
 */
export async function appendBatch(
  database: PostgresDatabase,
  requests: readonly AppendRequest[],
): Promise<(AppendResult | undefined)[]> {
  if (new Set(requests.map(({ stream }) => stream)).size < requests.length) {
    throw new InvalidRequestError('A batch has a stream twice: send its appends one after the other.');
  }
  const rows = await sendAppends(database, requests);
  return requests.map(({ stream, events }) => {
    const row = rows.get(events[0]!.id);
    return (
      row && { stream, firstVersion: row.first_version, version: row.version, position: row.position, repeated: false }
    );
  });
}

/** The statement itself: what it stored, by first event id. */
export async function sendAppends(
  database: PostgresDatabase,
  requests: readonly AppendRequest[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const asked = requests.map(toRow).sort((a, b) => (a.stream < b.stream ? -1 : 1));
  const { rows } = await database.query<StoredRow>({ ...appendStatement, values: [JSON.stringify(asked)] });
  return new Map(rows.map((row) => [row.first_id, row]));
}

function toRow({ stream, expected, events, command }: AppendRequest) {
  const [atLeast, atMost] = range(expected);
  return {
    stream,
    at_least: atLeast,
    at_most: atMost,
    first_id: events[0]!.id,
    rest_ids: events.slice(1).map(({ id }) => id),
    events: events.map(({ id, type, schemaVersion, data, metadata }) => ({
      id,
      type,
      schema_version: schemaVersion,
      data,
      metadata,
    })),
    ...(command && {
      command_id: command.id,
      step: command.step,
      command_type: command.type,
      content_hash: command.contentHash,
    }),
  };
}

/** The versions a stream may be at. */
function range(expected: ExpectedVersion): [number, number] {
  if (expected === 'any') return [0, MAX_VERSION];
  if (expected === 'stream-exists') return [1, MAX_VERSION];
  const version = expected === 'no-stream' ? 0 : Math.min(expected, MAX_VERSION);
  return [version, version];
}
