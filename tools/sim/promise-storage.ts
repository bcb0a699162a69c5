// What calls carry along, kept on the promises themselves: an AsyncLocalStorage of Node before 24 numbers and names each promise and each tick, too.
import { promiseHooks } from 'node:v8';
import { useAmbientStorage, type AmbientStorage } from '../../libs/event-store/src/core/index.js';

type Carried = ReturnType<AmbientStorage['getStore']>;

/** From this version on V8 does it itself, cheaper than any hook. */
const NODE_WITH_CONTEXT_FRAMES = 24;
const CARRIED = Symbol('carried');
type Marked = Promise<unknown> & { [CARRIED]?: Carried };

/** For a process that waits in promises only; timers and ticks begin with nothing. Call it once, before anything starts. */
export function carryOnPromises(): void {
  if (Number.parseInt(process.versions.node, 10) >= NODE_WITH_CONTEXT_FRAMES) return;
  let current: Carried;
  const outer: Carried[] = [];
  promiseHooks.createHook({
    init(promise: Marked) {
      if (current !== undefined) promise[CARRIED] = current;
    },
    before(promise: Marked) {
      outer.push(current);
      current = promise[CARRIED];
    },
    after() {
      current = outer.pop();
    },
  });
  useAmbientStorage({
    getStore: () => current,
    run<R>(carried: Carried, work: () => R): R {
      const before = current;
      current = carried;
      try {
        return work();
      } finally {
        current = before;
      }
    },
  });
}
