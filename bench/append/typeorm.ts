// What a plain Nest starter does: `save()` in a transaction. It checks the expected version by the unique key alone.
import { DataSource, EntitySchema } from 'typeorm';
import type { Opened } from './opened.js';

interface Row {
  position?: string;
  id: string;
  stream: string;
  version: number;
  type: string;
  schemaVersion: number;
  data: object;
  metadata: object;
}

const entity = new EntitySchema<Row>({
  name: 'SavedEvent',
  tableName: 'saved_events',
  columns: {
    position: { type: 'bigint', primary: true, generated: 'increment' },
    id: { type: 'uuid', unique: true },
    stream: { type: 'text' },
    version: { type: 'int' },
    type: { type: 'text' },
    schemaVersion: { type: 'int', name: 'schema_version' },
    data: { type: 'jsonb' },
    metadata: { type: 'jsonb' },
  },
  uniques: [{ columns: ['stream', 'version'] }],
});

export async function openTypeorm(url: string): Promise<Opened> {
  const dataSource = new DataSource({ type: 'postgres', url, entities: [entity], synchronize: true, poolSize: 10 });
  await dataSource.initialize();
  return {
    append: (stream, before, events) =>
      dataSource.transaction((db) =>
        db.save(
          entity,
          events.map(({ id, type, schemaVersion, data, metadata }, index) => ({
            id,
            stream,
            version: before + index + 1,
            type,
            schemaVersion,
            data,
            metadata,
          })),
        ),
      ),
    close: () => dataSource.destroy(),
  };
}
