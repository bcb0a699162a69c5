import { describe, expect, it } from 'vitest';
import { portionsOf } from './portions.js';

describe('portions of seeds', () => {
  it('are all seeds, each once, and the last portion is what is left', () => {
    expect([...portionsOf(5, 7, 3)]).toEqual([
      { from: 5, count: 3 },
      { from: 8, count: 3 },
      { from: 11, count: 1 },
    ]);
    expect([...portionsOf(1, 4)]).toEqual([{ from: 1, count: 4 }]);
    expect([...portionsOf(1, 0, 3)]).toEqual([]);
  });

  it('are handed out once to all who share them', () => {
    const shared = portionsOf(1, 4, 2);
    expect([shared.next().value, shared.next().value]).toEqual([
      { from: 1, count: 2 },
      { from: 3, count: 2 },
    ]);
    expect(shared.next().done).toBe(true);
  });
});
