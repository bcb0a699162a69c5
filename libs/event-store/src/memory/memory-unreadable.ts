// Messages that nobody could read, numbered in the order they came, with what an operator made of them.
import type { Resolution, StoredUnreadable } from '../operations/index.js';
import type { MemoryDatabase } from './memory-database.js';

export function storedUnreadable(database: MemoryDatabase): StoredUnreadable[] {
  const resolutions = database.table<Resolution>('resolutions');
  return database.unreadable.all(database.transaction()).map((one, index) => {
    const id = BigInt(index + 1);
    return { ...one, id, resolution: resolutions.get(String(id)) };
  });
}

/** The message itself stays. */
export function resolveUnreadable(database: MemoryDatabase, id: bigint, resolution: Resolution): void {
  database.table<Resolution>('resolutions').set(String(id), resolution);
}
