// What somebody got a yes for, and what they had asked for: the event at that place has to say it (I1).
import { Findings, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { CheckoutState, Fact } from './checkout-invariants.js';

export interface Acknowledged {
  readonly service: 'order-service' | 'payment-service';
  readonly stream: string;
  readonly version: number;
  /** Of the event at this version. Default: whatever it is. */
  readonly asked?: { readonly type: string; readonly data: Readonly<Record<string, unknown>> } | undefined;
}

interface Answer {
  readonly version: number;
}

export function placed(orderId: string, { version }: Answer, lines: readonly object[]): Acknowledged {
  const asked = { type: 'order.placed', data: { lines } };
  return { service: 'order-service', stream: `order-${orderId}`, version, asked };
}

export function cancelled(orderId: string, { version }: Answer, reason: string): Acknowledged {
  const asked = { type: 'order.cancelled', data: { reason } };
  return { service: 'order-service', stream: `order-${orderId}`, version, asked };
}

export function shipped(orderId: string, { version }: Answer, carrier: string, trackingNumber: string): Acknowledged {
  const asked = { type: 'order.shipped', data: { carrier, trackingNumber } };
  return { service: 'order-service', stream: `order-${orderId}`, version, asked };
}

/** The whole remainder without an amount. */
export function refunded(paymentId: string, { version }: Answer, reason: string, amountMinor?: number): Acknowledged {
  const amount = amountMinor === undefined ? {} : { amount: { amountMinor } };
  const asked = { type: 'payment.refunded', data: { reason, by: 'operator', ...amount } };
  return { service: 'payment-service', stream: `payment-${paymentId}`, version, asked };
}

/** That the event is there at all, `checkInvariants` says. */
export function checkAsked(checkout: CheckoutState, acknowledged: readonly Acknowledged[]): Violation[] {
  const findings = new Findings('I1');
  const facts = new Map<string, Fact>();
  for (const fact of checkout.orders) facts.set(`${fact.version}@order-${fact.orderId}`, fact);
  for (const fact of checkout.payments) facts.set(`${fact.version}@payment-${fact.orderId}`, fact);
  for (const { service, stream, version, asked } of acknowledged) {
    const fact = facts.get(`${version}@${stream}`);
    if (!fact || !asked || isAs(fact, asked)) continue;
    const [was, is] = [asked, { type: fact.type, data: fact.data }].map((one) => JSON.stringify(one));
    findings.add('wrong', `${service} acknowledged version ${version} of ${stream} as ${was}, and has ${is}.`);
  }
  return findings.found;
}

function isAs({ type, data }: Fact, asked: NonNullable<Acknowledged['asked']>): boolean {
  // To cancel what the system has cancelled already changes nothing, and gets a yes.
  if (type === 'order.cancelled' && asked.type === type && data['by'] === 'system') return true;
  return type === asked.type && holds(data, asked.data);
}

/** Whether all that is in `part` is in `whole`, lists in their order. */
function holds(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part) && (!Array.isArray(whole) || whole.length !== part.length)) return false;
  return Object.entries(part).every(([name, value]) => holds((whole as Record<string, unknown>)[name], value));
}
