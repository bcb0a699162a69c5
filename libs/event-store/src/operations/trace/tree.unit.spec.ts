// What led to what, also where the records say strange things.
import { describe, expect, it } from 'vitest';
import { deterministicId, type EventMetadata, type LogName } from '../../core/index.js';
import type { Collected } from './collect.js';
import type { TracedRecord } from './trace-directory.js';
import { traceTree, type TraceNode } from './tree.js';

const start = Date.UTC(2026, 10, 21, 10, 0, 0);
let position = 0n;

function record(
  log: LogName,
  id: string,
  ms: number,
  metadata: Partial<EventMetadata> = {},
  more: Partial<TracedRecord> = {},
): TracedRecord {
  position += 1n;
  const version = log === 'events' ? 1 : 0;
  const basis = { log, position, id, key: `k-${id}`, version, type: `type-${id}`, time: new Date(start + ms) };
  return { ...basis, metadata: { correlationId: 'c-1', ...metadata }, ...more };
}

function context(name: string, records: TracedRecord[], more: Partial<Collected> = {}): Collected {
  return {
    context: name,
    records,
    decisions: [],
    timers: [],
    setAside: [],
    operations: [],
    subscriptions: [],
    ...more,
  };
}

const decided = (id: string, ms: number, more: Partial<Collected['decisions'][number]> = {}) => ({
  id,
  stream: `order-${id}`,
  type: `Do-${id}`,
  time: new Date(start + ms),
  outcome: 'accepted' as const,
  rejection: undefined,
  ...more,
});

/** `kind id (children)`, with a mark on what is no true root. */
function shape(nodes: readonly TraceNode[]): string {
  return nodes
    .map(({ kind, id, oddity, children }) => {
      const mark = oddity ? `!${oddity}` : '';
      return `${kind} ${id}${mark}${children.length > 0 ? ` (${shape(children)})` : ''}`;
    })
    .join(', ');
}

describe('the tree of a trace', () => {
  it('goes from command to event, across the broker, to the saga’s command and back', () => {
    const orders = context(
      'orders',
      [
        record('events', 'placed', 2, { commandId: 'place', causationId: 'place' }),
        record('inbound', 'm2', 40, { causationId: 'captured' }),
        record('outgoing', 'confirm', 45, { causationId: 'm2', actor: 'process:checkout' }),
        record('events', 'confirmed', 50, { commandId: 'confirm', causationId: 'confirm' }),
      ],
      { decisions: [decided('place', 3), decided('confirm', 50)] },
    );
    const payments = context(
      'payments',
      [
        record('inbound', 'm1', 20, { causationId: 'placed' }),
        record('outgoing', 'capture', 25, { causationId: 'm1', actor: 'saga:payments' }),
        record('events', 'captured', 30, { commandId: 'capture', causationId: 'capture' }),
      ],
      { decisions: [decided('capture', 30)] },
    );
    const [root, ...others] = traceTree([payments, orders]);
    expect(others).toEqual([]);
    expect(shape([root!])).toBe(
      'command place (event placed (message m1 (command capture (event captured (message m2 (command confirm (event confirmed)))))))',
    );
    expect(root).toMatchObject({ context: 'orders', type: 'Do-place', ms: 0, outcome: 'accepted' });
    expect(root!.children[0]!.children[0]).toMatchObject({ context: 'payments', ms: 18 });
    expect(root!.children[0]!.children[0]!.children[0]).toMatchObject({ by: 'saga:payments' });
  });

  it('shows a command that made no event, with what was said instead', () => {
    const rejection = { code: 'order-shipped', kind: 'conflict' as const, message: 'Order 1 is shipped.' };
    const decisions = [decided('cancel', 5, { outcome: 'rejected', rejection })];
    expect(traceTree([context('orders', [], { decisions })])).toMatchObject([
      { kind: 'command', type: 'Do-cancel', outcome: 'rejected', rejection, children: [] },
    ]);
  });

  it('finds who sent a command that says nothing of it: a handler, or another command', () => {
    const byHandler = deterministicId('notify:placed', 'child', 2);
    const byCommand = deterministicId(byHandler, 'child', 0);
    const collected = context(
      'orders',
      [
        record('events', 'placed', 0, { commandId: 'place' }),
        record('events', 'noted', 5, { commandId: byHandler, causationId: byHandler }),
      ],
      { decisions: [decided(byHandler, 5), decided(byCommand, 6)], subscriptions: ['others', 'notify'] },
    );
    expect(shape(traceTree([collected]))).toBe(
      `command place (event placed (command ${byHandler} (event noted, command ${byCommand})))`,
    );
  });

  it('names no person who asked', () => {
    const asked = { commandId: 'place', actor: 'customer:alice', reason: 'a gift' };
    const text = JSON.stringify(traceTree([context('orders', [record('events', 'placed', 0, asked)])]), (_key, one) =>
      typeof one === 'bigint' ? String(one) : (one as unknown),
    );
    expect(text).not.toContain('alice');
    expect(text).toContain('a gift');
  });

  it('has what is set aside on its hop, and timers that wait', () => {
    const failed = record('inbound', 'm1', 5, { causationId: 'placed' });
    const aside = {
      name: 'checkout',
      log: 'inbound' as const,
      position: failed.position,
      messageId: 'm1',
      status: 'parked' as const,
      attempts: 8,
      reason: 'E: no',
      dueAt: undefined,
    };
    const timer = {
      id: 't1',
      process: 'checkout',
      processId: '1',
      name: 'deadline',
      time: new Date(start + 3),
      dueAt: new Date(start + 900_000),
      metadata: { correlationId: 'c-1', causationId: 'placed', actor: 'process:checkout' },
    };
    const records = [record('events', 'placed', 0, { commandId: 'place' }), failed];
    const [root] = traceTree([context('orders', records, { setAside: [aside], timers: [timer] })]);
    expect(root!.children[0]!.children).toMatchObject([
      { kind: 'timer', type: 'deadline', key: 'checkout/1', dueAt: timer.dueAt },
      { kind: 'message', setAside: [{ name: 'checkout', attempts: 8, reason: 'E: no' }] },
    ]);
  });

  it('says of a hop that its cause is not there', () => {
    const records = [record('inbound', 'm1', 5, { causationId: 'gone' }), record('events', 'own', 9)];
    expect(shape(traceTree([context('orders', records)]))).toBe('message m1!cause-missing, event own');
  });

  it('opens a circle at its earliest hop, and what hangs on it stays below', () => {
    const records = [
      record('outgoing', 'tail', 1, { causationId: 'b' }),
      record('outgoing', 'a', 2, { causationId: 'b' }),
      record('outgoing', 'b', 3, { causationId: 'a' }),
      record('outgoing', 'self', 4, { causationId: 'self' }),
    ];
    expect(shape(traceTree([context('orders', records)]))).toBe(
      'command a!cycle (command b (command tail)), command self!cycle',
    );
  });
});
