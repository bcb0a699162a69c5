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

/** False when it is resolved already, or there is none. */
export function resolveUnreadable(database: MemoryDatabase, id: bigint, resolution: Resolution): boolean {
  const found = storedUnreadable(database).find((one) => one.id === id);
  if (!found || found.resolution) return false;
  database.table<Resolution>('resolutions').set(String(id), resolution);
  return true;
}
