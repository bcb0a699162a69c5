// Empties the tables of a projection, through the transaction it is given. DELETE, not TRUNCATE: readers go on, and no other right is needed.
import type { EntityManager } from 'typeorm';
import type { OperatedProjection, ReadModelTables } from '../../operations/index.js';

export function readModelTables({ tables, streamKey }: OperatedProjection): ReadModelTables {
  const remove = async (db: unknown, where?: Record<string, string>): Promise<number> => {
    let rows = 0;
    for (const entity of tables) {
      const query = (db as EntityManager).createQueryBuilder().delete().from(entity);
      rows += (await (where ? query.where(where) : query).execute()).affected ?? 0;
    }
    return rows;
  };
  return {
    empty: (db) => remove(db),
    emptyOf: (db, streamId) => remove(db, { [streamKey!]: streamId }),
  };
}
