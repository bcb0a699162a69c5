import { afterEach, describe, expect, it } from 'vitest';
import { measured, meter, useMeter, type Meter } from './metering.js';
import { counter, histogram, type Labels } from './metric.js';

const opened = counter('doors_opened_total', ['door'], 'Doors opened.');
const duration = histogram('doors_opening_duration_seconds', ['outcome'], 'How long it took.');

type Told = readonly [name: string, labels: Labels<string>, value: number];

function measuring(): Told[] {
  const told: Told[] = [];
  const record: Meter['record'] = ({ name }, labels, value) => void told.push([name, labels, value]);
  let seconds = 0;
  useMeter({
    add: ({ name }, labels, by = 1) => void told.push([name, labels, by]),
    record,
    now: () => (seconds += 0.25),
  });
  return told;
}
afterEach(() => useMeter(undefined));

describe('a meter', () => {
  it('is not even told labels where nobody measures', async () => {
    const labels = (): never => expect.unreachable();
    meter()?.add(opened, labels());
    await expect(measured(duration, labels, () => Promise.resolve('open'))).resolves.toBe('open');
  });

  it('is told what was counted, and how long work took by how it ended', async () => {
    const told = measuring();
    meter()?.add(opened, { door: 'front' }, 2);
    const outcome = (ending: object) => ({ outcome: 'result' in ending ? 'open' : 'stuck' });
    await measured(duration, outcome, () => Promise.resolve());
    await expect(measured(duration, outcome, () => Promise.reject(new Error('rust')))).rejects.toThrow('rust');
    expect(told).toEqual([
      [opened.name, { door: 'front' }, 2],
      [duration.name, { outcome: 'open' }, 0.25],
      [duration.name, { outcome: 'stuck' }, 0.25],
    ]);
  });

  it('whose clock fails is told nothing of how long it took', async () => {
    const told: number[] = [];
    const now = (): never => {
      throw new Error('no clock');
    };
    useMeter({ add: () => undefined, record: (_histogram, _labels, value) => void told.push(value), now });
    await measured(
      duration,
      () => ({ outcome: 'open' }),
      () => Promise.resolve('open'),
    );
    expect(told).toEqual([]);
  });

  it('that fails changes nothing', async () => {
    const fail = (): never => {
      throw new Error('no memory');
    };
    for (const now of [fail, () => 0]) {
      useMeter({ add: fail, record: fail, now });
      meter()?.add(opened, { door: 'front' });
      meter()?.record(duration, { outcome: 'open' }, 1);
      await expect(
        measured(
          duration,
          () => ({ outcome: 'open' }),
          () => Promise.resolve('open'),
        ),
      ).resolves.toBe('open');
    }
  });
});
