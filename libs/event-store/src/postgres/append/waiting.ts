// An append on its way, and what becomes of it.
import type { ValidAppend, AppendResult } from '../../core/index.js';

/** Undefined: not stored, because somebody was first; not yet clear who. */
export type Outcome = AppendResult | undefined;

export interface Waiting {
  readonly request: ValidAppend;
  /**
   * What no two under way may have in common: the next append of a stream needs the version that this one makes, and two in one statement
   * that share an id or a command would not see each other.
   */
  readonly keys: readonly string[];
  /** When it came. */
  readonly since: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export function keysOf({ stream, events, command }: ValidAppend): string[] {
  const keys = [`stream ${stream}`, `event ${events[0]!.id}`];
  if (command) keys.push(`command ${command.id}`);
  return keys;
}
