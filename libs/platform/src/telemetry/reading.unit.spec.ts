import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gauge } from '@app/event-store/core';
import { kept, reading, type Reading, type Source } from './reading.js';

const depth = gauge('well_depth_meters', [], 'How deep it is.');
const options = { name: 'well', everyMs: 5_000, withinMs: 2_000 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const shown = async (source: Source): Promise<Record<string, number>> =>
  Object.fromEntries((await source()).map(({ metric, value }) => [metric.name, value]));

describe('a source that costs something', () => {
  it('is asked once in a while, however often somebody scrapes, also side by side', async () => {
    let asked = 0;
    const source = kept(options, () => Promise.resolve([reading(depth, {}, ++asked)]));
    const first = { event_store_metrics_source_up: 1, well_depth_meters: 1 };
    expect(await Promise.all([shown(source), shown(source)])).toEqual([first, first]);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(await shown(source)).toEqual(first);
    await vi.advanceTimersByTimeAsync(1);
    expect(await shown(source)).toMatchObject({ well_depth_meters: 2 });
  });

  it('that fails says so and shows nothing old, and comes back', async () => {
    const answers = [
      () => [reading(depth, {}, 1)],
      () => Promise.reject(new Error('dry')),
      () => [reading(depth, {}, 3)],
    ];
    const source = kept(options, async () => answers.shift()!());
    expect(await shown(source)).toMatchObject({ well_depth_meters: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await shown(source)).toEqual({ event_store_metrics_source_up: 0 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await shown(source)).toEqual({ event_store_metrics_source_up: 1, well_depth_meters: 3 });
  });

  it('that fails is asked again within seconds, however seldom it is asked otherwise', async () => {
    const answers = [() => Promise.reject(new Error('dry')), () => [reading(depth, {}, 2)]];
    const source = kept({ ...options, everyMs: 60_000 }, async () => answers.shift()!());
    expect(await shown(source)).toEqual({ event_store_metrics_source_up: 0 });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(await shown(source)).toEqual({ event_store_metrics_source_up: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(await shown(source)).toMatchObject({ well_depth_meters: 2 });
  });

  it('that does not answer is waited for shortly, and not asked a second time', async () => {
    let asked = 0;
    let answer: (readings: readonly Reading[]) => void = () => undefined;
    const source = kept(options, () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const scraped = shown(source);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await scraped).toEqual({ event_store_metrics_source_up: 0 });
    }
    expect(asked).toBe(1);
    answer([reading(depth, {}, 7)]);
    const scraped = shown(source);
    await vi.advanceTimersByTimeAsync(0);
    expect(await scraped).toMatchObject({ event_store_metrics_source_up: 1, well_depth_meters: 7 });
  });
});
