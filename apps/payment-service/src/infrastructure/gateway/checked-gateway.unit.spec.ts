import { describe, expect, it } from 'vitest';
import type { CaptureAnswer, PaymentGateway } from '../../application/ports/payment-gateway.js';
import { checkedGateway, GatewayAnswerInvalidError } from './checked-gateway.js';

const amount = { amountMinor: 1000, currency: 'EUR' };
const gatewayRef = 'gw-1';

const answering = (answer: unknown): PaymentGateway =>
  checkedGateway({ capture: () => Promise.resolve(answer as CaptureAnswer), refund: () => Promise.resolve() });

describe('what a gateway answers', () => {
  it.each([
    [{ outcome: 'captured', gatewayRef }],
    [{ outcome: 'captured', gatewayRef, amount }],
    [{ outcome: 'captured', gatewayRef: 'x'.repeat(200) }],
    [{ outcome: 'declined', reason: 'the payment was declined' }],
    [{ outcome: 'declined', reason: 'nicht gedeckt: 💳' }],
  ])('passes as it came: %j', async (answer) => {
    expect(await answering(answer).capture('payment-1', amount)).toBe(answer);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'captured'],
    ['no outcome', { gatewayRef }],
    ['an outcome nobody knows', { outcome: 'pending', gatewayRef }],
    ['an outcome written otherwise', { outcome: 'CAPTURED', gatewayRef }],
    ['captured without a reference', { outcome: 'captured' }],
    ['captured with the reason of a decline', { outcome: 'captured', reason: 'fine' }],
    ['a reference that is a number', { outcome: 'captured', gatewayRef: 4711 }],
    ['an empty reference', { outcome: 'captured', gatewayRef: '' }],
    ['a blank reference', { outcome: 'captured', gatewayRef: '  ' }],
    ['a reference that is too long', { outcome: 'captured', gatewayRef: 'x'.repeat(201) }],
    ['a reference with a NUL', { outcome: 'captured', gatewayRef: 'gw\0' }],
    ['a reference with half a character', { outcome: 'captured', gatewayRef: 'gw\ud83d' }],
    ['declined without a reason', { outcome: 'declined' }],
    ['a reason that is a page', { outcome: 'declined', reason: '<html>'.repeat(100) }],
    ['a reason of two lines', { outcome: 'declined', reason: 'declined\nby the bank' }],
    ['another amount', { outcome: 'captured', gatewayRef, amount: { ...amount, amountMinor: 999 } }],
    ['another currency', { outcome: 'captured', gatewayRef, amount: { ...amount, currency: 'USD' } }],
    ['an amount as a text', { outcome: 'captured', gatewayRef, amount: { ...amount, amountMinor: '1000' } }],
  ])('is no outcome when it is %s', async (_what, answer) => {
    const capture = answering(answer).capture('payment-1', amount);
    await expect(capture).rejects.toBeInstanceOf(GatewayAnswerInvalidError);
  });

  it('is not repeated in the error, which is logged and kept', async () => {
    const answer = { outcome: 'declined', reason: 'canary4711\ncanary4711' };
    const said = await answering(answer)
      .capture('payment-1', amount)
      .catch((error: Error) => error.message);
    expect(said).toMatch(/payment-1.*expected reason of 1 to 200 characters on one line, got a text of 21 characters/);
    expect(said).not.toContain('canary4711');
  });

  it('is not looked at when money was given back, and what fails stays as it is', async () => {
    const failure = new Error('down');
    const failing = { capture: () => Promise.reject(failure), refund: () => Promise.reject(failure) };
    await expect(checkedGateway(failing).capture('payment-1', amount)).rejects.toBe(failure);
    await expect(checkedGateway(failing).refund('payment-1', 'refund-1', amount)).rejects.toBe(failure);
  });
});
