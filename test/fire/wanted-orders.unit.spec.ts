import { describe, expect, it } from 'vitest';
import { orderOf, WantedOrders } from './wanted-orders.js';

const first = { status: 201, body: { orderId: 'o1', version: 1 } };

describe('I10 under fire', () => {
  it('finds nothing where each key got its order, and the repeat the first answer', async () => {
    const wanted = new WantedOrders();
    wanted.placed('o1');
    wanted.want('o2');
    wanted.heard({ what: 'POST /orders (k1)', send: () => Promise.resolve(structuredClone(first)) }, first);
    const repeated = await wanted.repeat();
    expect(repeated).toHaveLength(1);
    expect(wanted.violations(repeated, ['o1'])).toEqual([]);
    expect(await wanted.repeat()).toEqual([]);
  });

  it('finds a repeat that is answered in another way', async () => {
    const wanted = new WantedOrders();
    const again = { status: 201, body: { orderId: 'o2', version: 1 } };
    wanted.heard({ what: 'POST /orders (k1)', send: () => Promise.resolve(again) }, first);
    expect(wanted.violations(await wanted.repeat(), [])).toMatchObject([{ invariant: 'I10', damage: 'wrong' }]);
  });

  it('finds an order that no key stands for', () => {
    const wanted = new WantedOrders();
    wanted.placed('o1');
    expect(wanted.violations([], ['o1', 'o2'])).toMatchObject([{ invariant: 'I10', damage: 'duplicated' }]);
  });

  it('finds an order that two keys were answered with', () => {
    const wanted = new WantedOrders();
    wanted.placed('o1');
    wanted.placed('o1');
    expect(wanted.violations([], ['o1'])).toMatchObject([{ invariant: 'I10', damage: 'lost' }]);
  });

  it('knows the order of a key before it is placed: another for each caller', () => {
    expect(orderOf('alice', 'k1')).toBe(orderOf('alice', 'k1'));
    expect(orderOf('alice', 'k1')).not.toBe(orderOf('bob', 'k1'));
  });
});
