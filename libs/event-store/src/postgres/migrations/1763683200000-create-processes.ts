// Process managers: their state, their timers, and their signals in the inbound log.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { fireDueTimersFunction } from '../schema/fire-due-timers.function.sql.js';
import { forgetUnsavedProcessFunction } from '../schema/forget-unsaved-process.function.sql.js';
import { forgetUnsavedProcessTrigger } from '../schema/forget-unsaved-process.trigger.sql.js';
import { inboundMessagesSignals } from '../schema/inbound-messages-signals.alter.sql.js';
import { lockProcessesFunction } from '../schema/lock-processes.function.sql.js';
import { processTimersDueIndex } from '../schema/process-timers-due.index.sql.js';
import { processTimersTable } from '../schema/process-timers.table.sql.js';
import { processesTable } from '../schema/processes.table.sql.js';

export class CreateProcesses1763683200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      processesTable,
      processTimersTable,
      processTimersDueIndex,
      inboundMessagesSignals,
      lockProcessesFunction,
      forgetUnsavedProcessFunction,
      forgetUnsavedProcessTrigger,
      fireDueTimersFunction,
    ]) {
      await runner.query(statement);
    }
  }

  /** @throws ConfigurationError when there are processes, timers or signals to lose. */
  async down(runner: QueryRunner): Promise<void> {
    const kept = (await runner.query(`
      SELECT 1 FROM event_store.processes
      UNION ALL SELECT 1 FROM event_store.process_timers
      UNION ALL SELECT 1 FROM event_store.inbound_messages WHERE topic IS NULL
      LIMIT 1`)) as unknown[];
    if (kept.length > 0) {
      throw new ConfigurationError(
        'Reverting this migration would delete what processes remember, and their timers. Deploy the build that knows them.',
      );
    }
    await runner.query('DROP FUNCTION event_store.fire_due_timers, event_store.lock_processes');
    await runner.query('DROP TABLE event_store.processes, event_store.process_timers');
    await runner.query('DROP FUNCTION event_store.forget_unsaved_process');
    await runner.query('ALTER TABLE event_store.inbound_messages ALTER COLUMN topic SET NOT NULL');
  }
}
