// Remembering what became of a command.
import {
  CommandIdReusedError,
  CorruptStreamError,
  validateCommand,
  type CommandKey,
  type CommandOutcome,
  type RecordedDecision,
  type Rejection,
} from '../../core/index.js';
import type { PostgresDatabase, Query } from '../connections/database.js';
import { decisionsOf as decisionsStatement } from './decisions-of.sql.js';
import { findCommand as findStatement } from './find-command.sql.js';
import { recordCommand as recordStatement } from './record-command.sql.js';

export interface CommandRow {
  reused: boolean;
  outcome: CommandOutcome['outcome'];
  first_version: number;
  version: number;
  position: bigint;
  rejection: Rejection;
}

/** @throws CommandIdReusedError */
export async function findCommand(
  database: PostgresDatabase,
  command: CommandKey,
): Promise<CommandOutcome | undefined> {
  validateCommand(command);
  const { rows } = await database.query<CommandRow>(findQuery(command));
  return outcomeOf(command, rows[0]);
}

export async function decisionsOf(database: PostgresDatabase, commandId: string): Promise<readonly RecordedDecision[]> {
  const { rows } = await database.query<RecordedDecision>({ ...decisionsStatement, values: [commandId] });
  return rows;
}

/** The first outcome is kept: returns it when there is one already. @throws CommandIdReusedError */
export async function recordCommand(
  database: PostgresDatabase,
  command: CommandKey,
  outcome: Exclude<CommandOutcome, { outcome: 'accepted' }>,
): Promise<CommandOutcome> {
  validateCommand(command);
  const { id, stream, step, type, contentHash } = command;
  const version = outcome.outcome === 'unchanged' ? outcome.version : null;
  const rejection = outcome.outcome === 'rejected' ? JSON.stringify(outcome.rejection) : null;
  const values = [id, stream, step, type, contentHash, outcome.outcome, version, rejection];
  const { rowCount } = await database.query({ ...recordStatement, values });
  if (rowCount === 1) return outcome;
  const known = await findCommand(database, command);
  if (!known)
    throw new CorruptStreamError(
      `Command ${id} on ${stream} can neither be recorded nor read. Check the database's indexes (REINDEX).`,
    );
  return known;
}

export function findQuery({ id, stream, step, contentHash }: CommandKey): Query {
  return { ...findStatement, values: [id, stream, step, contentHash] };
}

export function outcomeOf({ id, stream }: CommandKey, row: CommandRow | undefined): CommandOutcome | undefined {
  if (!row) return undefined;
  if (row.reused) throw new CommandIdReusedError(id);
  const { first_version: firstVersion, version, position, rejection } = row;
  if (row.outcome === 'rejected') return { outcome: 'rejected', rejection };
  if (row.outcome === 'unchanged') return { outcome: 'unchanged', version };
  return { outcome: 'accepted', result: { stream, firstVersion, version, position, repeated: false } };
}
