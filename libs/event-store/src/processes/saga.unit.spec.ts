import { describe, expect, it } from 'vitest';
import {
  deterministicId,
  DomainError,
  Event,
  EventRegistry,
  MessageContext,
  UnknownEventTypeError,
  type LogRecord,
  type Transaction,
} from '../core/index.js';
import type { TransactionalSubscription } from '../subscriptions/index.js';
import { commandDispatchSubscription, type StoredCommand } from './command-dispatch.js';
import { CommandRegistry } from './command-registry.js';
import type { OutgoingCommand } from './outgoing-command.js';
import { sagaSubscription, type SagaOptions } from './saga.js';

@Event('payment.captured')
class PaymentCaptured {
  constructor(readonly orderId: string) {}
}
class ConfirmOrder {
  constructor(readonly orderId: string) {}
}
class Unregistered {}

const record: LogRecord = {
  position: 5n,
  id: 'event-5',
  key: 'payment-1',
  version: 2,
  type: 'payment.captured',
  schemaVersion: 1,
  data: { orderId: '1' },
  metadata: { correlationId: 'corr', actor: 'customer:alice', causationId: 'older', traceparent: 'trace' },
  time: new Date(0),
};
const commands = new CommandRegistry().register(ConfirmOrder);

function setUp(over: Partial<SagaOptions> = {}) {
  const stored: OutgoingCommand[] = [];
  const seen: { event: object; actor: string | undefined }[] = [];
  const saga = sagaSubscription({
    name: 'confirm-on-payment',
    log: 'inbound',
    run: async (event) => {
      seen.push({ event, actor: MessageContext.current()?.actor });
      const { orderId } = event as PaymentCaptured;
      return [new ConfirmOrder(orderId), new ConfirmOrder('other')];
    },
    registry: new EventRegistry().register(PaymentCaptured),
    outgoing: { append: async (batch) => void stored.push(...batch) },
    encodeCommand: (command) => commands.encode(command),
    ...over,
  });
  return { saga, stored, seen };
}

/** A unit of work with the record alone. */
async function commit(saga: TransactionalSubscription): Promise<void> {
  const transaction = {} as Transaction;
  await saga.handle(record, transaction);
  await saga.conclude!(transaction);
}

describe('sagaSubscription', () => {
  it('is transactional, and begins now unless it says otherwise', () => {
    expect(setUp().saga).toMatchObject({
      delivery: 'transactional',
      name: 'confirm-on-payment',
      log: 'inbound',
      start: 'now',
    });
    expect(setUp({ start: 'beginning' }).saga.start).toBe('beginning');
  });

  it('stores what the saga decides, with ids that a redelivery repeats', async () => {
    const { saga, stored, seen } = setUp();
    await commit(saga);
    await commit(saga);
    expect(seen[0]).toEqual({ event: new PaymentCaptured('1'), actor: 'saga:confirm-on-payment' });
    expect(seen[0]!.event).toBeInstanceOf(PaymentCaptured);
    const metadata = {
      correlationId: 'corr',
      causationId: 'event-5',
      actor: 'saga:confirm-on-payment',
      traceparent: 'trace',
    };
    const expected = ['1', 'other'].map((orderId, index) => ({
      id: deterministicId('confirm-on-payment', 'event-5', index),
      key: 'confirm-on-payment/payment-1',
      type: 'ConfirmOrder',
      data: { orderId },
      metadata,
    }));
    expect(stored).toEqual([...expected, ...expected]);
    expect(expected[0]!.id).not.toBe(expected[1]!.id);
  });

  it('stores what it decides of all records of a unit of work in one call, and nothing of a unit that did not end', async () => {
    const calls: number[] = [];
    const { saga } = setUp({ outgoing: { append: async ({ length }) => void calls.push(length) } });
    await saga.handle(record, {} as Transaction);
    const transaction = {} as Transaction;
    for (const id of ['event-5', 'event-6']) await saga.handle({ ...record, id }, transaction);
    expect(calls).toEqual([]);
    await saga.conclude!(transaction);
    await saga.conclude!(transaction); // there is nothing more
    expect(calls).toEqual([4]);
  });

  it('stores nothing when the saga has nothing to say, or fails', async () => {
    const silent = setUp({ run: async () => [] });
    await commit(silent.saga);
    expect(silent.stored).toEqual([]);
    const failing = setUp({ run: () => Promise.reject(new Error('planned')) });
    await expect(commit(failing.saga)).rejects.toThrow('planned');
    const strange = setUp({ run: async () => [new ConfirmOrder('1'), new Unregistered()] });
    await expect(commit(strange.saga)).rejects.toThrow('Unregistered');
    expect([...failing.stored, ...strange.stored]).toEqual([]);
  });

  it('decides once, before a unit of work is open, and stores that', async () => {
    const { saga, stored, seen } = setUp();
    expect(await saga.concerns!(record)).toBe(true);
    expect(stored).toEqual([]);
    await commit(saga);
    await commit(saga); // the unit came again after a deadlock
    expect(seen).toHaveLength(1);
    expect(stored.map(({ id }) => id)).toEqual(
      [0, 1, 0, 1].map((index) => deterministicId('confirm-on-payment', 'event-5', index)),
    );
    expect(await setUp({ run: async () => [] }).saga.concerns!(record)).toBe(false);
  });

  it('skips types it does not know and fails on a newer schema version', async () => {
    const { saga } = setUp();
    expect(saga.wants(record)).toBe(true);
    expect(saga.wants({ ...record, type: 'payment.renamed' })).toBe(false);
    await expect(saga.handle({ ...record, schemaVersion: 2 }, {} as Transaction)).rejects.toThrow(
      UnknownEventTypeError,
    );
  });
});

class NotConfirmable extends DomainError {
  readonly code = 'ORDER-1';
}

describe('commandDispatchSubscription', () => {
  const dispatch = (execute: (command: StoredCommand) => Promise<void>) => {
    const rejections: [StoredCommand, DomainError][] = [];
    const subscription = commandDispatchSubscription({
      execute,
      onRejected: (...rejection) => rejections.push(rejection),
    });
    return { subscription, rejections };
  };
  const command = { id: record.id, key: record.key, type: record.type, data: record.data, metadata: record.metadata };

  it('executes every outgoing command from the beginning under its own id', async () => {
    const executed: StoredCommand[] = [];
    const { subscription } = dispatch(async (one) => void executed.push(one));
    expect(subscription).toMatchObject({
      delivery: 'concurrent',
      name: 'command-dispatch',
      log: 'outgoing',
      start: 'beginning',
    });
    expect(subscription.wants(record)).toBe(true);
    await subscription.handle(record);
    expect(executed).toEqual([command]);
  });

  it('takes a business rejection as an answer', async () => {
    const rejection = new NotConfirmable('already cancelled');
    const { subscription, rejections } = dispatch(() => Promise.reject(rejection));
    await subscription.handle(record);
    expect(rejections).toEqual([[command, rejection]]);
  });

  it('passes every other error on, to be retried and parked', async () => {
    const { subscription, rejections } = dispatch(() => Promise.reject(new Error('planned')));
    await expect(subscription.handle(record)).rejects.toThrow('planned');
    expect(rejections).toEqual([]);
  });
});
