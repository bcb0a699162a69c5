// An append was not stored: finds out why, by reading who was first.
import {
  DuplicateEventIdError,
  firstAnswer,
  meets,
  WrongExpectedVersionError,
  type AppendRequest,
  type AppendResult,
} from '../../core/index.js';
import { findQuery, outcomeOf, type CommandRow } from '../stores/commands.js';
import type { Query } from '../connections/database.js';
import { findEvents } from './find-events.sql.js';

interface FoundRow {
  actual: number;
  id: string | null;
  version: number;
  position: bigint;
  same: boolean;
}

/** How to read: inside the open transaction, or outside where that one is aborted already. */
export type Read = (query: Query) => Promise<{ rows: unknown[] }>;

/**
 * The first result when this very append was stored before; undefined when nothing stands in its way (any more), so that it may be
 * tried again.
 * @throws CommandIdReusedError, @throws DuplicateEventIdError, @throws WrongExpectedVersionError
 * @throws RecordedRejectionError the command was rejected meanwhile.
 */
export async function earlierAppend(read: Read, request: AppendRequest): Promise<AppendResult | undefined> {
  const { stream, expected, events, command } = request;
  if (command) {
    const known = outcomeOf(command, (await read(findQuery(command))).rows[0] as CommandRow | undefined);
    if (known) return firstAnswer(known, stream);
  }
  const asked = events.map(({ id, type, schemaVersion, data }) => ({ id, type, schema_version: schemaVersion, data }));
  const { rows } = (await read({ ...findEvents, values: [stream, JSON.stringify(asked)] })) as { rows: FoundRow[] };
  const found = rows.filter((row) => row.id !== null);
  if (found.length > 0) return repeatOf(request, found);
  const { actual } = rows[0]!;
  if (!meets(expected, actual)) throw new WrongExpectedVersionError(stream, expected, actual);
  return undefined;
}

/** The same events, all of them, in the same order: this append itself. */
function repeatOf({ stream, events }: AppendRequest, found: readonly FoundRow[]): AppendResult {
  const firstVersion = found[0]!.version;
  const other = found.find(
    (row, index) => !row.same || row.id !== events[index]?.id || row.version !== firstVersion + index,
  );
  if (other || found.length < events.length) throw new DuplicateEventIdError(stream, (other ?? found[0]!).id!);
  const { version, position } = found.at(-1)!;
  return { stream, firstVersion, version, position, repeated: true };
}
