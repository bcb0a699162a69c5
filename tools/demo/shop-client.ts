// The shop over HTTP, as its customers and operators use it. Every change carries an Idempotency-Key, so it may be sent until somebody answers.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered } from '../../libs/event-store/src/testing/invariants/index.js';

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

/** A change as it was sent, to be sent again. */
export interface SentChange {
  readonly method: string;
  /** Asked each time. */
  readonly url: () => string;
  /** With its Idempotency-Key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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

  /** For who keeps what was answered: a change got a yes. */
  protected heard(_change: SentChange, _answer: Answered): void {
    // nothing here needs it
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
    const json = body && JSON.stringify(body);
    const start = Date.now();
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const lastChance = Date.now() - start >= patienceMs;
      try {
        const signals = AbortSignal.any([AbortSignal.timeout(answerWithinMs), ...(signal ? [signal] : [])]);
        const response = await fetch(url(), { method, headers, body: json, signal: signals });
        const text = await response.text();
        if (response.ok) {
          const answer = JSON.parse(text) as T;
          if (json !== undefined)
            this.heard({ method, url, headers, body: json }, { status: response.status, body: answer });
          return answer;
        }
        if (response.status !== 503 || lastChance)
          throw new UnexpectedAnswer(response.status, `${method} ${url()}`, text);
      } catch (error) {
        if (error instanceof UnexpectedAnswer || lastChance || signal?.aborted) throw error;
      }
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
