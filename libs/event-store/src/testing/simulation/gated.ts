// A port of a simulated process: every call of it is a call of the server behind it, with all that can go wrong on the way.
import {
  currentTransaction,
  type EventStore,
  type LogCursor,
  type LogPage,
  type ReplayedEvent,
  type SettledLog,
} from '../../core/index.js';
import type { MemoryDatabase, MemoryTransaction } from '../../memory/index.js';
import type { SimulatedProcess } from './simulated-process.js';

type Method = (...args: unknown[]) => Promise<unknown>;

/** What stands for a port. */
class Gate {
  constructor(
    readonly gatedBy: SimulatedProcess,
    readonly gatedPort: Readonly<Record<string, Method>>,
    readonly gatedName: string,
  ) {}
}

/** By the port's prototype: made once, not for each of thousands of processes. */
const faces = new WeakMap<object, object>();

/** Calls of `port`'s methods, but for those in `own`, which replace them. */
export function gated<T extends object>(process: SimulatedProcess, name: string, port: T, own: Partial<T> = {}): T {
  const prototype = Object.getPrototypeOf(port) as object;
  const face = faces.get(prototype) ?? faceOf(port);
  faces.set(prototype, face);
  const gate: object = Object.create(face);
  return Object.assign(gate, new Gate(process, port as never, name), own) as T;
}

function faceOf(port: object): object {
  const face: Record<string, unknown> = {};
  for (const key of Object.keys(port))
    // as the name of a log
    Object.defineProperty(face, key, {
      get(this: Gate) {
        return this.gatedPort[key];
      },
    });
  for (const key of methodsOf(port))
    face[key] = function (this: Gate, ...args: unknown[]): Promise<unknown> {
      const { gatedBy, gatedPort, gatedName } = this;
      return inUnit(gatedBy, `${gatedName}.${key}`, () => gatedPort[key]!(...args));
    };
  return face;
}

function methodsOf(port: object): string[] {
  const names: string[] = [];
  for (
    let at = Object.getPrototypeOf(port) as object;
    at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  )
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor') names.push(name);
  return names;
}

/** `replay` gives portions, so it is no call like the others. */
export function gatedEvents(process: SimulatedProcess, events: EventStore): EventStore {
  async function* replay(...args: Parameters<EventStore['replay']>): AsyncGenerator<readonly ReplayedEvent[]> {
    yield* await inUnit(process, 'events.replay', async () => {
      const portions: (readonly ReplayedEvent[])[] = [];
      for await (const portion of events.replay(...args)) portions.push(portion);
      return portions;
    });
  }
  return gated(process, 'events', events, { replay });
}

/** News may not come: then it is looked for when the wait is over. What was read is remembered, for I3. */
export function gatedLog(process: SimulatedProcess, log: SettledLog, database: MemoryDatabase): SettledLog {
  const readPage = (after: LogCursor, limit: number): Promise<LogPage> =>
    inUnit(process, `log ${log.name}.read`, () =>
      log.readPage(after, limit).then((page) => {
        const last = page.records.at(-1);
        if (last) process.world.reads.note(database.logs[log.name], log.name, last.position);
        return page;
      }),
    );
  return gated(process, `log ${log.name}`, log, {
    readPage,
    read: async (after, limit) => (await readPage(after, limit)).records,
    changed(maxWaitMs, signal) {
      if (process.world.faults.happens('deaf')) return process.clock.sleep(maxWaitMs, signal);
      return log.changed(maxWaitMs, signal);
    },
  });
}

function inUnit<T>(process: SimulatedProcess, what: string, work: () => Promise<T>): Promise<T> {
  return process.call('database', what, work, currentTransaction() as MemoryTransaction | undefined);
}
