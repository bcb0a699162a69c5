// The shop over HTTP, as its customers and operators use it. Every change carries an Idempotency-Key, so it may be sent until somebody answers.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface OrderAnswer {
  readonly orderId: string;
  readonly status: 'placed' | 'confirmed' | 'shipped' | 'cancelled';
  readonly version: number;
}

/** What a change answers: the stream's new version was acknowledged. */
export interface Changed {
  readonly version: number;
}

export interface ShopClientOptions {
  /** Asked before every request: a service that was restarted may listen elsewhere. */
  readonly orders: () => string;
  readonly payments: () => string;
  readonly customerToken: string;
  readonly operatorToken: string;
  /** How long a request is sent again while nobody answers it, or with 503. Default 0: not at all. */
  readonly patienceMs?: number;
  /** A request that is not answered within this time is given up, and sent again while there is patience. Default 30,000. */
  readonly answerWithinMs?: number;
  readonly signal?: AbortSignal;
}

export class UnexpectedAnswer extends Error {
  constructor(
    readonly status: number,
    request: string,
    body: string,
  ) {
    super(`${request} was answered with ${status}: ${body.slice(0, 500)}`);
  }
}

const ANSWER_WITHIN_MS = 30_000;
/** Between two tries: a service that comes back is not to be kept from it by those who wait. */
const LONGEST_PAUSE_MS = 1_000;

export class ShopClient {
  constructor(private readonly options: ShopClientOptions) {}

  place(lines: readonly Line[], note?: string): Promise<{ orderId: string; version: number }> {
    return this.asCustomer('POST', '/orders', { lines, note });
  }

  order(orderId: string): Promise<OrderAnswer> {
    return this.asCustomer('GET', `/orders/${orderId}`);
  }

  cancel(orderId: string, reason: string): Promise<Changed> {
    return this.asCustomer('POST', `/orders/${orderId}/cancel`, { reason });
  }

  ship(orderId: string, carrier: string, trackingNumber: string): Promise<Changed> {
    return this.asOperator(this.options.orders, 'POST', `/orders/${orderId}/ship`, { carrier, trackingNumber });
  }

  /** The whole remainder without an amount. */
  refund(paymentId: string, reason: string, amountMinor?: number): Promise<Changed> {
    return this.asOperator(this.options.payments, 'POST', `/payments/${paymentId}/refund`, { amountMinor, reason });
  }

  private asCustomer<T>(method: string, path: string, body?: object): Promise<T> {
    return this.send(() => this.options.orders() + path, method, this.options.customerToken, body);
  }

  private asOperator<T>(url: () => string, method: string, path: string, body?: object): Promise<T> {
    return this.send(() => url() + path, method, this.options.operatorToken, body);
  }

  private async send<T>(url: () => string, method: string, token: string, body?: object): Promise<T> {
    const { patienceMs = 0, answerWithinMs = ANSWER_WITHIN_MS, signal } = this.options;
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': randomUUID() });
    const start = Date.now();
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const lastChance = Date.now() - start >= patienceMs;
      try {
        const signals = AbortSignal.any([AbortSignal.timeout(answerWithinMs), ...(signal ? [signal] : [])]);
        const response = await fetch(url(), { method, headers, body: body && JSON.stringify(body), signal: signals });
        const text = await response.text();
        if (response.ok) return JSON.parse(text) as T;
        if (response.status !== 503 || lastChance)
          throw new UnexpectedAnswer(response.status, `${method} ${url()}`, text);
      } catch (error) {
        if (error instanceof UnexpectedAnswer || lastChance || signal?.aborted) throw error;
      }
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
