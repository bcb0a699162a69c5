// What a call carries along without anybody passing it by hand. All of it in one AsyncLocalStorage: on Node 20 each of them costs every promise something.
import { AsyncLocalStorage } from 'node:async_hooks';

/** The part of an AsyncLocalStorage that is needed here. */
export interface AmbientStorage {
  getStore(): readonly unknown[] | undefined;
  run<R>(carried: readonly unknown[] | undefined, work: () => R): R;
}

let storage: AmbientStorage = new AsyncLocalStorage<readonly unknown[] | undefined>();
let places = 0;

/** For the whole process, before anything starts. */
export function useAmbientStorage(next: AmbientStorage): void {
  storage = next;
}

/** `work`, to be called by whoever later, carries what this call does. */
export function carrying(work: () => void): () => void {
  const carried = storage.getStore();
  return () => storage.run(carried, work);
}

/** One thing that calls carry; made once, where its module is loaded. */
export class Ambient<T> {
  private readonly place = places++;

  /** What the running call carries, or undefined. */
  get current(): T | undefined {
    return storage.getStore()?.[this.place] as T | undefined;
  }

  /** `work`, and all that it starts, carries `value`, besides what else this call does. */
  run<R>(value: T | undefined, work: () => R): R {
    const carried = storage.getStore()?.slice() ?? [];
    carried[this.place] = value;
    return storage.run(carried, work);
  }
}
