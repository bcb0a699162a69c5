// The capture with everything that can come between its two decisions: no answer, a crash, the same command again, a cancelled order.
import { beforeEach, describe, expect, it } from 'vitest';
import { contentHash, MessageContext, type AggregateStore } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { Payment } from '../../domain/payment.js';
import { CancelPayment } from '../cancel-payment/cancel-payment.command.js';
import { CancelPaymentHandler } from '../cancel-payment/cancel-payment.handler.js';
import { GatewayUnavailableError, type CaptureAnswer, type PaymentGateway } from '../ports/payment-gateway.js';
import { CapturePayment } from './capture-payment.command.js';
import { CapturePaymentHandler } from './capture-payment.handler.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const amount = { amountMinor: 1000, currency: 'EUR' };
const captureId = '0198c0de-0000-7000-8000-00000000000a';
const cancelId = '0198c0de-0000-7000-8000-00000000000b';

/** Answers what the test says, call by call, and then "captured". */
class ScriptedGateway implements PaymentGateway {
  readonly captures: string[] = [];
  script: (() => Promise<CaptureAnswer>)[] = [];

  capture(paymentId: string): Promise<CaptureAnswer> {
    this.captures.push(paymentId);
    return this.script.shift()?.() ?? Promise.resolve({ outcome: 'captured', gatewayRef: 'gw-1' });
  }

  refund(): Promise<void> {
    return Promise.resolve();
  }
}

let payments: AggregateStore<Payment>;
let gateway: ScriptedGateway;

beforeEach(() => {
  payments = createMemoryStore().aggregates(Payment);
  gateway = new ScriptedGateway();
});

/** As the dispatcher does: the same command id on every redelivery. */
function dispatch<T>(id: string, command: object, execute: () => Promise<T>): Promise<T> {
  const type = command.constructor.name;
  const context = { id, type, contentHash: contentHash({ type, data: { ...command } }) };
  return MessageContext.run(new MessageContext({ correlationId: 'c', command: context }), execute);
}

function capture(id = captureId, what = amount) {
  const command = new CapturePayment(orderId, what);
  return dispatch(id, command, () => new CapturePaymentHandler(payments, gateway).execute(command));
}

function cancel(id = cancelId) {
  const command = new CancelPayment(orderId, 'changed my mind');
  return dispatch(id, command, () => new CancelPaymentHandler(payments).execute(command));
}

const types = async () => (await payments.history(orderId)).map(({ type }) => type.replace('payment.', ''));

describe('capturing the payment of an order', () => {
  it('asks the gateway under the order’s id and keeps its answer', async () => {
    await capture();
    expect(gateway.captures).toEqual([orderId]);
    expect(await types()).toEqual(['requested', 'captured']);
  });

  it('fails when the gateway declines', async () => {
    gateway.script = [() => Promise.resolve({ outcome: 'declined', reason: 'the payment was declined' })];
    await capture();
    expect(await types()).toEqual(['requested', 'failed']);
  });

  it('stays requested while the gateway does not answer, and goes on when the command comes again', async () => {
    const down = () => Promise.reject(new GatewayUnavailableError('down'));
    gateway.script = [down, down];
    await expect(capture()).rejects.toThrow('down');
    await expect(capture()).rejects.toThrow('down');
    expect(await types()).toEqual(['requested']);
    await capture();
    expect(await types()).toEqual(['requested', 'captured']);
  });

  it('has one outcome however often the same command, or another like it, is delivered', async () => {
    await Promise.all([capture(), capture(), capture('0198c0de-0000-7000-8000-00000000000c')]);
    await capture();
    expect(await types()).toEqual(['requested', 'captured']);
  });

  it('raises the alarm and leaves the payment alone when another sum is asked for', async () => {
    await capture();
    const other = capture('0198c0de-0000-7000-8000-00000000000c', { amountMinor: 999, currency: 'EUR' });
    await expect(other).rejects.toThrow(/Compare the two services/);
    expect(await types()).toEqual(['requested', 'captured']);
  });
});

describe('an order that is cancelled', () => {
  it('before its payment was requested: fails without asking the gateway, also when both commands are repeated', async () => {
    await cancel();
    await capture();
    await cancel();
    await capture();
    expect(gateway.captures).toEqual([]);
    expect(await types()).toEqual(['cancelled', 'requested', 'failed']);
  });

  it('while the gateway is asked: the money is taken and given back in one decision', async () => {
    gateway.script = [
      async () => {
        await cancel();
        return { outcome: 'captured', gatewayRef: 'gw-1' };
      },
    ];
    const { firstVersion, version } = await capture();
    expect(await types()).toEqual(['requested', 'cancelled', 'captured', 'refunded']);
    expect([firstVersion, version]).toEqual([3, 4]);
  });

  it('after its money was taken: gives it back once', async () => {
    await capture();
    await cancel();
    await cancel();
    await cancel('0198c0de-0000-7000-8000-00000000000c');
    expect(await types()).toEqual(['requested', 'captured', 'refunded']);
    expect((await payments.load(orderId)).state).toMatchObject({ status: 'refunded', refundedMinor: 1000 });
  });

  it.each([
    ['the order', [capture, cancel]],
    ['its cancellation', [cancel, capture]],
  ])(
    'at the very moment its payment is requested, %s being first: the second decides on what the first one did',
    async (_who, commands) => {
      await Promise.all(commands.map((send) => send()));
      await Promise.all(commands.map((send) => send()));
      const outcomes = (await types()).filter((type) => type === 'captured' || type === 'failed');
      expect(outcomes).toHaveLength(1);
      expect(['failed', 'refunded']).toContain((await payments.load(orderId)).state.status);
    },
  );
});
