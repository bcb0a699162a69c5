// Snapshots beside the events, one row for a stream.
import type { Snapshot, SnapshotStore } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { dropSnapshotsOf, findSnapshot, saveSnapshot } from './snapshots.sql.js';

interface SnapshotRow {
  version: number;
  revision: string;
  state: object;
  state_hash: string;
  taken_at: Date;
  subjects: string[];
}

const MAX_VERSION = 2_147_483_647;

export class PostgresSnapshotStore implements SnapshotStore {
  constructor(private readonly database: PostgresDatabase) {}

  async load(stream: string, atMost = MAX_VERSION): Promise<Snapshot | undefined> {
    const values = [stream, Math.min(atMost, MAX_VERSION)];
    const { rows } = await this.database.query<SnapshotRow>({ ...findSnapshot, values });
    const [row] = rows;
    if (!row) return undefined;
    const { version, revision, state, state_hash: stateHash, taken_at: takenAt, subjects } = row;
    return { stream, version, revision, state, stateHash, takenAt, ...(subjects.length > 0 && { subjects }) };
  }

  async save({ stream, version, revision, state, stateHash, takenAt, subjects = [] }: Snapshot): Promise<void> {
    const values = [stream, version, revision, JSON.stringify(state), stateHash, takenAt, subjects];
    await this.database.query({ ...saveSnapshot, values });
  }

  async drop(stream: string): Promise<void> {
    await this.database.query({ text: 'DELETE FROM event_store.snapshots WHERE stream = $1', values: [stream] });
  }

  async dropOf(subject: string): Promise<number> {
    return (await this.database.query({ ...dropSnapshotsOf, values: [subject] })).rowCount ?? 0;
  }
}
