// Personal data: keys of subjects, and whose data is in a snapshot.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { snapshotsSubjects, snapshotsSubjectsIndex } from '../schema/snapshots-subjects.alter.sql.js';
import { subjectKeysTombstone } from '../schema/subject-keys-tombstone.trigger.sql.js';
import { subjectKeysTable } from '../schema/subject-keys.table.sql.js';

export class CreateSubjectKeys1764205200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(subjectKeysTable);
    await runner.query(subjectKeysTombstone);
    await runner.query(snapshotsSubjects);
    await runner.query(snapshotsSubjectsIndex);
  }

  /** Refused where there are keys: without them no personal field could be read any more. */
  async down(runner: QueryRunner): Promise<void> {
    const [{ keys }] = (await runner.query('SELECT count(*)::int AS keys FROM event_store.subject_keys')) as [
      { keys: number },
    ];
    if (keys > 0) {
      throw new Error(
        `event_store.subject_keys has ${keys} rows. Without them personal data is lost for good; empty the table first if that is meant.`,
      );
    }
    await runner.query('ALTER TABLE event_store.snapshots DROP COLUMN subjects');
    await runner.query('DROP TABLE event_store.subject_keys');
    await runner.query('DROP FUNCTION event_store.keep_tombstones');
  }
}
