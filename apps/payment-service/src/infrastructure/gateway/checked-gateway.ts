// What comes back from the company that moves the money is input like any other: an answer that cannot be understood is no outcome.
import { isMoney, type Money } from '@app/kernel';
import type { CaptureAnswer, PaymentGateway } from '../../application/ports/payment-gateway.js';

/** In characters. Both are stored for ever, and the reason is published. */
export const LONGEST_TEXT = 200;

const LINE = new RegExp(`^(?=.*\\S)[^\\p{Cc}\\p{Surrogate}]{1,${LONGEST_TEXT}}$`, 'u');

/** The money may have moved, so it is no decline. Asked again, and parked if that does not help: somebody has to look. Says nothing of what came. */
export class GatewayAnswerInvalidError extends Error {
  override readonly name = 'GatewayAnswerInvalidError';
  constructor(paymentId: string, expected: string, got: string) {
    super(
      `The gateway's answer to capture ${paymentId} cannot be used: expected ${expected}, got ${got}. ` +
        'Look the payment up at the gateway, and mend the adapter before replaying this.',
    );
  }
}

/** `gateway`, whose captures are refused with {@link GatewayAnswerInvalidError} unless their answer has one of the two outcomes, whole. */
export function checkedGateway(gateway: PaymentGateway): PaymentGateway {
  return {
    async capture(paymentId: string, amount: Money): Promise<CaptureAnswer> {
      const answer: unknown = await gateway.capture(paymentId, amount);
      const fields = fieldsOf(answer);
      const { outcome, amount: moved } = fields;
      const refuse = (expected: string, got: string): never => {
        throw new GatewayAnswerInvalidError(paymentId, expected, got);
      };
      if (outcome !== 'captured' && outcome !== 'declined') refuse('outcome captured or declined', 'another');
      if (moved !== undefined && !isSame(moved, amount)) refuse('the amount that was asked for', 'another');
      const name = outcome === 'captured' ? 'gatewayRef' : 'reason';
      const text = fields[name];
      if (!isLine(text)) refuse(`${name} of 1 to ${LONGEST_TEXT} characters on one line`, shapeOf(text));
      return answer as CaptureAnswer;
    },
    refund: (paymentId, refundId, amount) => gateway.refund(paymentId, refundId, amount),
  };
}

function fieldsOf(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
}

function isLine(text: unknown): text is string {
  return typeof text === 'string' && LINE.test(text);
}

function isSame(moved: unknown, { amountMinor, currency }: Money): boolean {
  return isMoney(moved) && moved.amountMinor === amountMinor && moved.currency === currency;
}

function shapeOf(text: unknown): string {
  return typeof text === 'string' ? `a text of ${text.length} characters` : `a value of type ${typeof text}`;
}
