// What operators may change, they change through functions that record it; by hand they change nothing.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { operateParkedFunction } from '../schema/operate-parked.function.sql.js';
import { operateProcessFunction } from '../schema/operate-process.function.sql.js';
import { operateProjectionFunction } from '../schema/operate-projection.function.sql.js';
import { operateUnreadableFunction } from '../schema/operate-unreadable.function.sql.js';
import {
  FUNCTIONS_OF_OPERATORS,
  operationsForNobody,
  operatorsByFunctionsOnly,
} from '../schema/operator-privileges.sql.js';
import { recordOperationFunction } from '../schema/record-operation.function.sql.js';

export class OperateByFunctions1764212400005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      recordOperationFunction,
      operateParkedFunction,
      operateUnreadableFunction,
      operateProjectionFunction,
      operateProcessFunction,
      operationsForNobody,
      operatorsByFunctionsOnly,
    ]) {
      await runner.query(statement);
    }
  }

  /** Operators have no way to change anything until the migration of the earlier build grants them one. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION ${FUNCTIONS_OF_OPERATORS}, event_store.record_operation`);
  }
}
