import { describe, expect, it } from 'vitest';
import { GoodTokens } from './good-tokens.js';

function lab() {
  const checked: string[] = [];
  const state = { ms: 1_000_000, refused: new Set<string>() };
  const check = (token: string) => {
    checked.push(token);
    if (state.refused.has(token)) return Promise.reject(new Error('refused'));
    return Promise.resolve({ of: `user of ${token}`, expiresAt: token === 'short' ? 1_003 : 9_999 });
  };
  const checksOf = (token: string): number => checked.filter((name) => name === token).length;
  return { state, checksOf, tokens: new GoodTokens<string>(check, () => state.ms) };
}

describe('Tokens found good a moment ago', () => {
  it('are not checked again for ten seconds, and then are', async () => {
    const { state, checksOf, tokens } = lab();
    expect(await tokens.of('a')).toBe('user of a');
    state.ms += 9_999;
    expect(await tokens.of('a')).toBe('user of a');
    expect(checksOf('a')).toBe(1);
    state.ms += 1;
    state.refused.add('a'); // its key has been taken out of the set
    await expect(tokens.of('a')).rejects.toThrow('refused');
  });

  it('are refused from their exp on, however lately they were good', async () => {
    const { state, tokens } = lab();
    await tokens.of('short');
    state.refused.add('short');
    state.ms = 1_002_999;
    expect(await tokens.of('short')).toBe('user of short');
    state.ms = 1_003_000;
    await expect(tokens.of('short')).rejects.toThrow('refused');
  });

  it('are checked each time once their exp is over: what the check lets pass then is not remembered', async () => {
    const { state, checksOf, tokens } = lab();
    state.ms = 1_004_000;
    for (const _ of [1, 2]) expect(await tokens.of('short')).toBe('user of short');
    expect(checksOf('short')).toBe(2);
  });

  it('are checked again when the clock was put back', async () => {
    const { state, checksOf, tokens } = lab();
    await tokens.of('b');
    state.ms -= 3_600_000;
    await tokens.of('b');
    expect(checksOf('b')).toBe(2);
  });

  it('are checked each time while they are bad', async () => {
    const { state, checksOf, tokens } = lab();
    state.refused.add('bad');
    for (const _ of [1, 2]) await expect(tokens.of('bad')).rejects.toThrow('refused');
    expect(checksOf('bad')).toBe(2);
  });

  it('are a thousand at most', async () => {
    const { checksOf, tokens } = lab();
    await tokens.of('first');
    for (let n = 0; n < 1_000; n += 1) await tokens.of(`other-${n}`);
    await tokens.of('first');
    expect(checksOf('first')).toBe(2);
  });
});
