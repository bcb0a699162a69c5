// The base of every process manager: a saga with memory and time. Its reactions are pure: they change `state` and say what is to happen.
import type { Class } from '../core/index.js';
import { jsonProblem } from './plain-json.js';

/** What one reaction said, in order. Read by the engine after the reaction returned. */
export interface Said {
  readonly commands: {
    readonly command: object;
    readonly undo: object | undefined;
    readonly reason: string | undefined;
  }[];
  readonly timers: { readonly name: string; readonly afterMs: number }[];
  /** Further correlation keys. */
  readonly keys: string[];
  /** `upTo`: how many of `commands` had been said before. */
  compensation: { readonly reason: string; readonly upTo: number } | undefined;
  completed: boolean;
}

interface Running {
  readonly id: string;
  readonly said: Said;
}

/** Ten years: what is longer is a mistake in the unit, or no date at all. */
const LONGEST_WAKE_MS = 3_650 * 86_400_000;

const running = new WeakMap<object, Running>();

/**
 * Fields other than `state` belong to the instance that Nest built, for what it injects: they are the same for all processes of a class. Each
 * reaction runs on an object of its own made from that instance, so `#private` members are missing there, and an arrow function in a field
 * that calls `this.send` speaks for the wrong object: use TypeScript's `private`, and methods.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever extends it says once what its state is
export abstract class Process<State extends object = object> {
  /** Plain JSON data, replaced or mutated by reactions. The initialiser is what a process starts with. */
  abstract state: State;

  /** What the event that started this process correlated to, e.g. the order's id. @throws Error outside a reaction */
  get id(): string {
    return runningOf(this).id;
  }

  /**
   * Decides on a command. It is stored with the state and sent once, in order. `undo` takes it back should {@link compensate} be called later,
   * unless it was rejected. `reason` goes into the metadata of the events that follow.
   */
  protected send(command: object, { undo, reason }: { readonly undo?: object; readonly reason?: string } = {}): void {
    runningOf(this).said.commands.push({ command, undo, reason });
  }

  /** Has `@OnTimer(name)` called in `afterMs` milliseconds of the database's clock, at least. A timer is never cancelled: let the state decide. */
  protected wake(name: string, { afterMs }: { readonly afterMs: number }): void {
    if (!Number.isFinite(afterMs) || afterMs < 0 || afterMs > LONGEST_WAKE_MS)
      throw new RangeError(
        `wake('${name}') in ${afterMs} ms: expected 0 to ${LONGEST_WAKE_MS} ms, which is ten years.`,
      );
    runningOf(this).said.timers.push({ name, afterMs: Math.round(afterMs) });
  }

  /**
   * From now on an event reaches this process also where `correlate` gives `key` for it, e.g. a payment's id that only a later event names. What
   * came with the key before waits for it, as it would for the start. A key belongs to one process of a class for ever, and an id is a key too: where ids of
   * different things may be equal, prefix them here and in `correlate`. A key that another process has fails the event (ES-1508).
   * @throws TypeError anything but a non-empty text that can be stored
   */
  protected correlateAlso(key: string): void {
    if (typeof key !== 'string' || key === '' || jsonProblem(key) !== undefined)
      throw new TypeError(
        `correlateAlso(${JSON.stringify(key)}): expected a text, not empty, that PostgreSQL can store.`,
      );
    runningOf(this).said.keys.push(key);
  }

  /**
   * Sends the `undo` of every step so far, the last step's first, after what this reaction sends itself; and again what was refused of an earlier
   * compensation. A step whose outcome is not known yet is executed before its `undo`, and where it is rejected that is not executed.
   */
  protected compensate(reason: string): void {
    const { said } = runningOf(this);
    said.compensation = { reason, upTo: said.commands.length };
  }

  /** Nothing reaches this process any more: what arrives later meets the tombstone. */
  protected complete(): void {
    runningOf(this).said.completed = true;
  }
}

export type ProcessClass<P extends Process = Process> = Class<P>;

/**
 * For the engine: runs `react` on a process of its own, made from the instance that Nest built (its injected fields, its methods) with `id`
 * and `state`. Returns the state afterwards and what was said.
 */
export async function runReaction(
  instance: Process,
  { id, state }: { readonly id: string; readonly state: object },
  react: (process: Process) => unknown,
): Promise<{ readonly state: object; readonly said: Said }> {
  const process = Object.create(instance) as Process;
  process.state = structuredClone(state);
  const said: Said = { commands: [], timers: [], keys: [], compensation: undefined, completed: false };
  running.set(process, { id, said });
  try {
    await react(process);
  } finally {
    running.delete(process); // a promise nobody awaited must not add to a decision that is stored already
  }
  return { state: process.state, said };
}

function runningOf(process: object): Running {
  const found = running.get(process);
  if (!found)
    throw new Error(
      `${process.constructor.name}: id, send, wake, correlateAlso, compensate and complete exist only while one of its reactions runs.`,
    );
  return found;
}
