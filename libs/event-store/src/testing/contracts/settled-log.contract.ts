// What every settled log keeps, whatever it is stored in. The rules that only a database with concurrent writers can break are tested there.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CursorAheadOfLogError, LogEpochMismatchError, recordOf } from '../../core/index.js';
import type { LogCursor, LogRecord, SettledLog } from '../../core/index.js';

export interface SettledLogSubject {
  readonly log: SettledLog;
  /** Writes one record for each key, in this order, and returns when all are stored. Type `test.happened`, data `{ n }` counting from 1. */
  append(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export function describeSettledLog(name: string, open: () => Promise<SettledLogSubject>): void {
  describe(`${name} as a settled log`, () => {
    let subject: SettledLogSubject;
    let log: SettledLog;
    beforeEach(async () => {
      subject = await open();
      log = subject.log;
    });
    afterEach(() => subject.close());

    const numbers = (records: readonly LogRecord[]) => records.map(({ data }) => (data as { n: number }).n);
    const after = (cursor: LogCursor, records: readonly LogRecord[]): LogCursor => ({
      epoch: cursor.epoch,
      position: records.at(-1)?.position ?? cursor.position,
    });

    it('is empty at first: nothing to read, and its head is its beginning', async () => {
      const beginning = await log.beginning();
      expect(beginning.position).toBe(0n);
      expect(await log.head()).toEqual(beginning);
      expect(await log.read(beginning, 10)).toEqual([]);
    });

    it('reads records in the order they were written, with strictly increasing positions', async () => {
      await subject.append(['test-a', 'test-b', 'test-a']);
      const records = await log.read(await log.beginning(), 10);
      expect(numbers(records)).toEqual([1, 2, 3]);
      expect(records.map(({ key }) => key)).toEqual(['test-a', 'test-b', 'test-a']);
      const positions = records.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => (a < b ? -1 : 1)));
      expect(positions[0]).toBeGreaterThan(0n);
    });

    it('gives a record all that was written', async () => {
      const from = Date.now() - 60_000; // the store's clock may be another machine's
      await subject.append(['test-a']);
      const [record] = await log.read(await log.beginning(), 1);
      expect(record).toMatchObject({ key: 'test-a', type: 'test.happened', schemaVersion: 1, data: { n: 1 } });
      expect(record!.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(record!.metadata.correlationId).toEqual(expect.any(String));
      expect(record!.time.getTime()).toBeGreaterThan(from);
    });

    it('pages through the log without repeating or missing a record', async () => {
      await subject.append(Array.from({ length: 7 }, (_, index) => `test-${index % 2}`));
      const seen: number[] = [];
      let cursor = await log.beginning();
      for (const expected of [3, 3, 1, 0]) {
        const page = await log.read(cursor, 3);
        expect(page).toHaveLength(expected);
        seen.push(...numbers(page));
        cursor = after(cursor, page);
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });

    it('says of a page whether it was the end: a full one may not be', async () => {
      const ends = async (from: LogCursor, limit: number) => {
        const { records, isEnd } = await log.readPage(from, limit);
        return [numbers(records), isEnd];
      };
      const beginning = await log.beginning();
      expect(await ends(beginning, 2)).toEqual([[], true]);
      await subject.append(['test-a', 'test-b', 'test-c']);
      expect(await ends(beginning, 2)).toEqual([[1, 2], false]);
      const second = { ...beginning, position: (await log.read(beginning, 2)).at(-1)!.position };
      expect(await ends(second, 2)).toEqual([[3], true]);
      expect(await ends(await log.head(), 2)).toEqual([[], true]);
    });

    it('lets several readers stand at different places', async () => {
      await subject.append(['test-a', 'test-b', 'test-c']);
      const beginning = await log.beginning();
      const fast = await log.read(beginning, 3);
      expect(numbers(await log.read(beginning, 1))).toEqual([1]);
      await subject.append(['test-d']);
      const both = await Promise.all([
        log.read(after(beginning, fast), 5),
        log.read(after(beginning, fast.slice(0, 2)), 5),
      ]);
      expect(numbers(both[0])).toEqual([4]);
      expect(numbers(both[1]).slice(0, 1)).toEqual([3]);
    });

    it('has its head at the newest record, and reads only later ones from there', async () => {
      await subject.append(['test-a', 'test-b']);
      const head = await log.head();
      expect(head.position).toBe((await log.read(await log.beginning(), 10)).at(-1)!.position);
      expect(await log.read(head, 10)).toEqual([]);
      await subject.append(['test-c']);
      expect(numbers(await log.read(head, 10))).toEqual([3]);
    });

    it('is held back by nobody once all that was begun has been written', async () => {
      expect(await log.heldBack()).toBeUndefined();
      await subject.append(['test-a', 'test-b']);
      expect(await log.read(await log.beginning(), 10)).toHaveLength(2);
      expect(await log.heldBack()).toBeUndefined();
    });

    it('reads a single record by its position', async () => {
      await subject.append(['test-a', 'test-b']);
      const [, second] = await log.read(await log.beginning(), 10);
      const record = await log.readAt(second!.position);
      expect(recordOf(record!, {})).toEqual(recordOf(second!, {}));
      expect(await log.readAt(second!.position + 1_000n)).toBeUndefined();
    });

    it('refuses a cursor beyond its end: it has lost records that were handled', async () => {
      await subject.append(['test-a']);
      const { epoch, position } = await log.head();
      await expect(log.read({ epoch, position: position + 1n }, 10)).rejects.toThrow(CursorAheadOfLogError);
      expect(await log.read({ epoch, position }, 10)).toEqual([]);
    });

    it('refuses a cursor of another epoch', async () => {
      await subject.append(['test-a']);
      const other = { epoch: '00000000-0000-8000-8000-000000000000', position: 0n };
      await expect(log.read(other, 10)).rejects.toThrow(LogEpochMismatchError);
      expect(numbers(await log.read(await log.beginning(), 10))).toEqual([1]);
    });

    describe('changed()', () => {
      const never = new AbortController().signal;
      const msOf = async (work: Promise<void>): Promise<number> => {
        const started = performance.now();
        await work;
        return performance.now() - started;
      };

      it('resolves when something is written', async () => {
        await log.read(await log.beginning(), 10);
        const changed = log.changed(15_000, never);
        await subject.append(['test-a']);
        expect(await msOf(changed)).toBeLessThan(10_000);
        expect(await log.read(await log.beginning(), 10)).toHaveLength(1);
      });

      it('resolves at once for what was written since the last read that found nothing', async () => {
        await log.read(await log.beginning(), 10);
        await subject.append(['test-a']);
        expect(await msOf(log.changed(15_000, never))).toBeLessThan(10_000);
      });

      it('resolves at once for what was written since a page that was the end', async () => {
        await subject.append(['test-a']);
        expect(await log.readPage(await log.beginning(), 10)).toMatchObject({ isEnd: true });
        await subject.append(['test-a']);
        expect(await msOf(log.changed(15_000, never))).toBeLessThan(10_000);
      });

      it('resolves at once for records that somebody else has read, but nobody who follows the log', async () => {
        const beginning = await log.beginning();
        expect(await log.readPage(beginning, 10)).toMatchObject({ isEnd: true });
        await subject.append(['test-a']);
        expect(await log.read(beginning, 10)).toHaveLength(1);
        expect(await msOf(log.changed(15_000, never))).toBeLessThan(10_000);
      });

      it('resolves after the given time when nothing is written', async () => {
        await log.read(await log.beginning(), 10);
        expect(await msOf(log.changed(60, never))).toBeGreaterThan(50);
      });

      it('resolves when the signal aborts, before or while it waits', async () => {
        await log.read(await log.beginning(), 10);
        const stop = new AbortController();
        const waiting = log.changed(15_000, stop.signal);
        stop.abort();
        expect(await msOf(waiting)).toBeLessThan(10_000);
        expect(await msOf(log.changed(15_000, stop.signal))).toBeLessThan(10_000);
      });
    });
  });
}
