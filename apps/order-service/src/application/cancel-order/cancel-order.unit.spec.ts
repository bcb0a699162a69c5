// Who cancels, in which role, on which version, and that nobody cancels an order that is not there.
import { beforeEach, describe, expect, it } from 'vitest';
import { AggregateNotFoundError, contentHash, MessageContext, type AggregateStore } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { Order } from '../../domain/order.js';
import type { Actor } from '../actor.js';
import { CancelOrderHandler } from './cancel-order.handler.js';
import { CancelOrder } from './cancel-order.command.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const mug = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: { amountMinor: 890, currency: 'EUR' } };

let orders: AggregateStore<Order>;

beforeEach(async () => {
  orders = createMemoryStore().aggregates(Order);
  await orders.create(orderId, (order) => order.place('alice', [mug]));
});

/** As the door does, which knows the role that opened it and not the order. */
function cancel(command: CancelOrder, id = '0198c0de-0000-7000-8000-00000000000a') {
  const type = 'CancelOrder';
  const context = { id, type, contentHash: contentHash({ type, data: { ...(command as object) } }) };
  return MessageContext.run(
    new MessageContext({ correlationId: 'c', actor: 'whoever:door', reason: 'why', command: context }),
    () => new CancelOrderHandler(orders).execute(command),
  );
}

const last = async () => (await orders.history(orderId)).at(-1)!;

describe('cancelling an order', () => {
  it.each<[string, Actor, string]>([
    ['its customer', { id: 'alice', operator: false }, 'customer'],
    ['its customer, who is also an operator', { id: 'alice', operator: true }, 'customer'],
    ['an operator', { id: 'otto', operator: true }, 'operator'],
  ])('%s does it in one role, which event and metadata agree on', async (_who, by, role) => {
    await cancel(new CancelOrder(orderId, 'why', by));
    expect(await last()).toMatchObject({
      data: { by: role },
      metadata: {
        actor: `${role}:${by.id}`,
        correlationId: 'c',
        reason: 'why',
        commandId: '0198c0de-0000-7000-8000-00000000000a',
      },
    });
  });

  it('happens only on the version that was expected, is refused otherwise, and may then be asked again', async () => {
    await orders.update(orderId, (order) => order.confirm(orderId, mug.unitPrice));
    const by = { id: 'alice', operator: false };
    await expect(cancel(new CancelOrder(orderId, 'why', by, 1))).rejects.toMatchObject({
      name: 'VersionMismatchError',
      actual: 2,
    });
    expect(await cancel(new CancelOrder(orderId, 'why', by, 2))).toMatchObject({ version: 3, repeated: false });
    expect(await cancel(new CancelOrder(orderId, 'why', by, 2))).toMatchObject({ version: 3, repeated: true });
  });

  it('of another customer does not say which version there is', async () => {
    const mallory = { id: 'mallory', operator: false };
    await expect(cancel(new CancelOrder(orderId, 'why', mallory, 7))).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('by the checkout is the system’s doing, and an order nobody knows cannot be cancelled', async () => {
    const unknown = '0198c0de-0000-7000-8000-0000000000ff';
    const refused = cancel(new CancelOrder(unknown, 'declined', 'checkout'), '0198c0de-0000-7000-8000-00000000000b');
    await expect(refused).rejects.toBeInstanceOf(AggregateNotFoundError);
    await cancel(new CancelOrder(orderId, 'declined', 'checkout'));
    expect((await last()).data).toMatchObject({ by: 'system' });
  });
});
