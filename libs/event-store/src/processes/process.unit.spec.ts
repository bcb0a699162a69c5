import { describe, expect, it } from 'vitest';
import { Process, runReaction } from './process.js';

class Sleeper extends Process {
  state = {};
  sleep(afterMs: number): void {
    this.wake('morning', { afterMs });
  }
}

describe('wake', () => {
  const sleep = async (afterMs: number) => {
    const { said } = await runReaction(new Sleeper(), { id: '1', state: {} }, (process) =>
      (process as Sleeper).sleep(afterMs),
    );
    return said.timers;
  };

  it('takes whole milliseconds from now to ten years', async () => {
    expect(await sleep(0)).toEqual([{ name: 'morning', afterMs: 0 }]);
    expect(await sleep(1.6)).toEqual([{ name: 'morning', afterMs: 2 }]);
    expect(await sleep(3_650 * 86_400_000)).toHaveLength(1);
  });

  it.each([-1, NaN, Infinity, 3_651 * 86_400_000])('refuses %d ms, saying what is expected', async (afterMs) => {
    await expect(sleep(afterMs)).rejects.toThrow(
      /wake\('morning'\) in .* ms: expected 0 to 315360000000 ms.*ten years/,
    );
  });
});
