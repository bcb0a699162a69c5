// The straight path, for one event by itself: nothing to be packed, nothing to be taken apart.
import type { AppendResult, ExpectedVersion, ValidAppend } from '../../core/index.js';
import { appendOne, appendOneOfCommand, type OnRace } from './append-one.sql.js';
import type { Send } from './send.js';

const MAX_VERSION = 2_147_483_647;

/** @returns undefined where it was not stored because somebody was first; with `error` a race may also end in a unique_violation. */
export async function appendAlone(
  send: Send,
  { stream, expected, events, texts, command }: ValidAppend,
  onRace: OnRace,
): Promise<AppendResult | undefined> {
  const { id, type, schemaVersion } = events[0]!;
  const values = [id, stream, ...versionRange(expected), type, schemaVersion, texts[0]!.data, texts[0]!.metadata];
  const { rows } = await send<{ version: number; position: bigint }>(
    command
      ? {
          ...appendOneOfCommand[onRace],
          values: [...values, command.id, command.step, command.type, command.contentHash],
        }
      : { ...appendOne[onRace], values },
  );
  const [row] = rows;
  return row && { stream, firstVersion: row.version, version: row.version, position: row.position, repeated: false };
}

/** The versions a stream may be at. */
export function versionRange(expected: ExpectedVersion): [number, number] {
  if (expected === 'any') return [0, MAX_VERSION];
  if (expected === 'stream-exists') return [1, MAX_VERSION];
  const version = expected === 'no-stream' ? 0 : Math.min(expected, MAX_VERSION);
  return [version, version];
}
