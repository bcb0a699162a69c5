// An append that is refused again and again, though nothing that was stored stands in its way.
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { CorruptStreamError, systemClock, TooManyConflictsError, type Clock } from '../../core/index.js';
import { appendTo } from '../../testing/contracts/event-store.support.js';
import type { PostgresDatabase } from '../connections/database.js';
import { Appender } from './appender.js';

const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };

/** Every append ends in this SQLSTATE, and whoever looks for the reason finds an empty stream. */
const refusing = (code: string) =>
  ({
    queryInLane: () => Promise.reject(Object.assign(new pg.DatabaseError('no', 0, 'error'), { code })),
    query: () => Promise.resolve({ rows: [{ actual: 0, id: null }] }),
  }) as unknown as PostgresDatabase;

const append = (code: string, expected: 'no-stream' | 'any') =>
  new Appender({ database: refusing(code), clock }).append(appendTo('account-1', { expected }));

describe('an append that the database refuses for no reason that can be found', () => {
  it('by a unique key, at the version it names: an index is broken', async () => {
    await expect(append('23505', 'no-stream')).rejects.toThrow(CorruptStreamError);
    await expect(append('23505', 'no-stream')).rejects.toThrow('REINDEX');
  });

  it('by a unique key, wherever the stream is, or by deadlocks: others were faster each time', async () => {
    await expect(append('23505', 'any')).rejects.toThrow(TooManyConflictsError);
    await expect(append('40P01', 'no-stream')).rejects.toThrow(TooManyConflictsError);
  });
});
