// Processes are found by several keys, and remember how they were taken back.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { learnProcessKeysFunction } from '../schema/learn-process-keys.function.sql.js';
import { lockProcessesByKeyFunction } from '../schema/lock-processes-by-key.function.sql.js';
import { lockProcessesFunction } from '../schema/lock-processes.function.sql.js';
import { processKeysOwnerIndex } from '../schema/process-keys-owner.index.sql.js';
import { processKeysTable } from '../schema/process-keys.table.sql.js';
import { processesCompensation } from '../schema/processes-compensation.alter.sql.js';

export class ExtendProcesses1764212400002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      processKeysTable,
      processKeysOwnerIndex,
      processesCompensation,
      'DROP FUNCTION event_store.lock_processes', // it returns more now, under the same name: a build that is being replaced goes on calling it
      lockProcessesByKeyFunction,
      learnProcessKeysFunction,
    ]) {
      await runner.query(statement);
    }
  }

  /** @throws ConfigurationError when there are keys or compensations to lose. */
  async down(runner: QueryRunner): Promise<void> {
    const kept = (await runner.query(`
      SELECT 1 FROM event_store.process_keys
      UNION ALL SELECT 1 FROM event_store.processes WHERE compensation IS NOT NULL
      LIMIT 1`)) as unknown[];
    if (kept.length > 0) {
      throw new ConfigurationError(
        'Reverting this migration would delete the keys that processes have learned, or how they were taken back. Deploy the build that knows them.',
      );
    }
    await runner.query('DROP FUNCTION event_store.learn_process_keys, event_store.lock_processes');
    await runner.query('DROP TABLE event_store.process_keys');
    await runner.query('ALTER TABLE event_store.processes DROP COLUMN compensation');
    await runner.query(lockProcessesFunction);
  }
}
