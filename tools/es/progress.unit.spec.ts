import { describe, expect, it } from 'vitest';
import { ProgressLine } from './progress.js';

function shown(terminal: boolean) {
  const lines: string[] = [];
  let now = 0;
  const line = new ProgressLine(
    {
      out: () => undefined,
      note: (text) => lines.push(`note ${text}`),
      moving: terminal ? (text) => lines.push(`moving ${text}`) : undefined,
      look: { width: 80, color: false },
      environment: {},
      signal: new AbortController().signal,
    },
    'order-service: verifying',
    () => now,
  );
  const at = (ms: number, done: bigint) => {
    now = ms;
    line.show(done, 400n, `${done} events`);
  };
  return { lines, at, line };
}

describe('the progress of a long command', () => {
  it('moves on a terminal, with the time that is left, and goes away', () => {
    const { lines, at, line } = shown(true);
    at(50, 10n);
    at(20_000, 100n);
    line.end();
    expect(lines).toEqual(['moving order-service: verifying: 25 %, 100 events, 60 s left', 'moving ']);
  });

  it('is a line now and then elsewhere', () => {
    const { lines, at, line } = shown(false);
    for (let ms = 0; ms <= 20_000; ms += 500) at(ms, BigInt(ms / 100));
    line.end();
    expect(lines).toEqual([
      'note order-service: verifying: 25 %, 100 events, 30 s left',
      'note order-service: verifying: 50 %, 200 events, 20 s left',
    ]);
  });
});
