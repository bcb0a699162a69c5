// Processes that fight for the same streams: what was accepted is stored whole and where it was said to be, and nothing else is.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { newStream } from '../../testing/contracts/event-store.support.js';
import type { ContentionOrder, ContentionReport } from './contention.writers.js';

const WRITERS = join(import.meta.dirname, 'contention.writers.ts');

describe('processes that fight for the same streams', { timeout: 120_000 }, () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore();
  });
  afterAll(() => opened.close());

  it.each([
    ['two processes, 48 writers, 32 streams', 2, { writers: 24, streams: 32, appendsOfWriter: 40, largest: 5 }],
    ['eight processes, 50 writers, one stream', 8, { writers: 6.25, streams: 1, appendsOfWriter: 6, largest: 3 }],
  ])(
    '%s: no half of an append, no gap, no innocent failure [4]',
    async (_, processes, { writers, streams, ...shape }) => {
      const names = Array.from({ length: streams }, () => newStream());
      const reports = await Promise.all(
        Array.from({ length: processes }, (__, index) =>
          fight({
            url: opened.url,
            streams: names,
            writers: Math.floor(writers * (index + 1)) - Math.floor(writers * index),
            ...shape,
          }),
        ),
      );
      expect(reports.flatMap(({ innocent }) => innocent)).toEqual([]);
      expect(reports.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBeGreaterThan(0); // or there was no fight
      const accepted = reports.flatMap((report) => report.accepted);
      expect(accepted.length).toBeGreaterThan(0);
      for (const stream of names) {
        const stored = await opened.store.readStream(stream);
        expect(stored.map(({ version }) => version)).toEqual(stored.map((__, index) => index + 1));
        const said = accepted
          .filter((append) => append.stream === stream)
          .sort((a, b) => a.firstVersion - b.firstVersion)
          .flatMap(({ ids, firstVersion }) => ids.map((id, index) => [id, firstVersion + index]));
        expect(stored.map(({ id, version }) => [id, version])).toEqual(said);
        const positions = stored.map(({ position }) => position);
        expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
      }
    },
  );
});

async function fight(order: ContentionOrder): Promise<ContentionReport> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', WRITERS, JSON.stringify(order)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as ContentionReport;
}
