import { describe, expect, it } from 'vitest';
import type { Trace, TraceNode } from '../../libs/event-store/src/operations/index.js';
import { traceLines } from './trace-lines.js';

const sentAt = new Date('2026-03-01T12:00:00.000Z');
const look = { width: 200, color: false } as Parameters<typeof traceLines>[0];

function linesOf(over: Partial<TraceNode>): string[] {
  const node: TraceNode = {
    context: 'shop',
    kind: 'command',
    id: 'c-1',
    type: 'Capture',
    key: 'checkout/17',
    version: 0,
    time: sentAt,
    by: 'process:checkout',
    outcome: 'accepted',
    setAside: [],
    operations: [],
    cause: undefined,
    ms: 0,
    children: [],
    ...over,
  };
  const found = { context: 'shop', what: 'command', correlationId: 'c', time: sentAt, others: [] } as const;
  const trace: Trace = { found, from: sentAt, to: sentAt, contexts: ['shop'], hops: 1, roots: [node] };
  return traceLines(look, trace)
    .slice(3)
    .map((line) => line.trim());
}

describe('the lines below a hop', () => {
  it('say when a command that was sent was decided, where that took a while', () => {
    expect(linesOf({ decidedAt: new Date(sentAt.getTime() + 999) })).toEqual([]);
    expect(linesOf({ decidedAt: new Date(sentAt.getTime() + 12_345) })).toEqual(['decided 12345 ms after it was sent']);
  });

  it('say after how many attempts it was parked, why, and what became of it, although it went through in the end', () => {
    const place = { name: 'command-dispatch', log: 'outgoing', position: 3n } as const;
    const at = new Date('2026-03-01T13:00:00.000Z');
    const done = { ...place, at, reason: 'Error: gateway' };
    expect(
      linesOf({
        operations: [
          { ...done, action: 'parked.replay', attempts: 60 },
          { ...done, action: 'parked.discard', attempts: 1 },
        ],
      }),
    ).toEqual([
      'command-dispatch: replayed by an operator 2026-03-01 13:00:00.000Z, parked after 60 attempts: Error: gateway',
      'command-dispatch: given up by an operator 2026-03-01 13:00:00.000Z, parked after 1 attempt: Error: gateway',
    ]);
  });

  it('say nothing where nothing is recorded', () => {
    expect(linesOf({ decidedAt: undefined })).toEqual([]);
  });
});
