// A port of a simulated process: every call of it is a call of the server behind it, with all that can go wrong on the way.
import { currentTransaction, type EventStore, type ReplayedEvent, type SettledLog } from '../../core/index.js';
import type { MemoryDatabase, MemoryTransaction } from '../../memory/index.js';
import type { SimulatedProcess } from './simulated-process.js';

/** Calls of `port`'s methods, but for those in `own`, which replace them. */
export function gated<T extends object>(process: SimulatedProcess, name: string, port: T, own: Partial<T> = {}): T {
  const methods = new Map<string | symbol, unknown>(Object.entries(own));
  return new Proxy(port, {
    get(target, key) {
      if (methods.has(key)) return methods.get(key);
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      const what = `${name}.${String(key)}`;
      const method = (...args: unknown[]): Promise<unknown> =>
        inUnit(process, what, () => Reflect.apply(member, target, args) as Promise<unknown>);
      methods.set(key, method);
      return method;
    },
  });
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
  return gated(process, `log ${log.name}`, log, {
    read(after, limit) {
      const what = `log ${log.name}.read`;
      return inUnit(process, what, () =>
        log.read(after, limit).then((records) => {
          if (records.length > 0) process.world.reads.note(database.logs[log.name], log.name, records.at(-1)!.position);
          return records;
        }),
      );
    },
    changed(maxWaitMs, signal) {
      if (process.world.faults.happens('deaf')) return process.clock.sleep(maxWaitMs, signal);
      return log.changed(maxWaitMs, signal);
    },
  });
}

function inUnit<T>(process: SimulatedProcess, what: string, work: () => Promise<T>): Promise<T> {
  return process.call('database', what, work, currentTransaction() as MemoryTransaction | undefined);
}
