// The shop over HTTP, as its customers and operators use it. Every change carries an Idempotency-Key, so it may be sent until somebody answers.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  dataOf,
  orderServiceClient,
  paymentServiceClient,
  ProblemError,
  UnexpectedAnswerError,
  type AnyAnswer,
  type Client,
  type OrderService,
  type PaymentService,
} from '../../libs/clients/src/index.js';
import type { Answered } from '../../libs/event-store/src/testing/invariants/index.js';

export type Line = OrderService.PlaceOrderLineDto;
export type OrderAnswer = OrderService.OrderDto;

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
  /** How long a request is sent again while nobody answers it, or with 503 or 408. Default 0: not at all. */
  readonly patienceMs?: number;
  /** A request that is not answered within this time is given up, and sent again while there is patience. Default 30,000. */
  readonly answerWithinMs?: number;
  readonly signal?: AbortSignal;
}

/** A change as it was sent, with its Idempotency-Key. */
export interface SentChange {
  /** The request and its key. */
  readonly what: string;
  /** Once more, the same. */
  readonly send: () => Promise<Answered>;
}

interface Key {
  readonly 'Idempotency-Key': string;
}

/** Between two tries: a service that comes back is not to be kept from it by those who wait. */
const LONGEST_PAUSE_MS = 1_000;

export class ShopClient {
  private readonly asCustomer: Client<OrderService.Api>;
  private readonly asOperator: Client<OrderService.Api>;
  private readonly payments: Client<PaymentService.Api>;

  constructor(private readonly options: ShopClientOptions) {
    const { orders, payments, customerToken, operatorToken: token, answerWithinMs: timeoutMs } = options;
    this.asCustomer = orderServiceClient({ baseUrl: orders, token: customerToken, timeoutMs });
    this.asOperator = orderServiceClient({ baseUrl: orders, token, timeoutMs });
    this.payments = paymentServiceClient({ baseUrl: payments, token, timeoutMs });
  }

  place(lines: readonly Line[], note?: string): Promise<OrderService.OrderChangedDto> {
    const { signal } = this.options;
    return this.change('POST /orders', (headers) =>
      this.asCustomer.POST('/orders', { body: { lines, note }, headers, signal }),
    );
  }

  async order(id: string): Promise<OrderAnswer> {
    const { signal } = this.options;
    return dataOf(await this.patiently(() => this.asCustomer.GET('/orders/{id}', { path: { id }, signal })));
  }

  cancel(id: string, reason: string): Promise<Changed> {
    const { signal } = this.options;
    return this.change(`POST /orders/${id}/cancel`, (headers) =>
      this.asCustomer.POST('/orders/{id}/cancel', { path: { id }, body: { reason }, headers, signal }),
    );
  }

  ship(id: string, carrier: string, trackingNumber: string): Promise<Changed> {
    const { signal } = this.options;
    return this.change(`POST /orders/${id}/ship`, (headers) =>
      this.asOperator.POST('/orders/{id}/ship', { path: { id }, body: { carrier, trackingNumber }, headers, signal }),
    );
  }

  /** The whole remainder without an amount. */
  refund(id: string, reason: string, amountMinor?: number): Promise<Changed> {
    const { signal } = this.options;
    return this.change(`POST /payments/${id}/refund`, (headers) =>
      this.payments.POST('/payments/{id}/refund', { path: { id }, body: { amountMinor, reason }, headers, signal }),
    );
  }

  /** For who keeps what was answered: a change got a yes. */
  protected heard(_change: SentChange, _answer: Answered): void {
    // nothing here needs it
  }

  private async change<T>(
    request: string,
    ask: (headers: Key) => Promise<AnyAnswer<T>>,
  ): Promise<Exclude<T, undefined>> {
    const key = { 'Idempotency-Key': randomUUID() };
    const answer = await this.patiently(() => ask(key));
    const data = dataOf(answer);
    const what = `${request} (${key['Idempotency-Key']})`;
    this.heard({ what, send: async () => answered(await ask(key)) }, answered(answer));
    return data;
  }

  /** An answer that is not one of {@link later}; after the last try whatever came. */
  private async patiently<A extends AnyAnswer>(ask: () => Promise<A>): Promise<A> {
    const { patienceMs = 0, signal } = this.options;
    const start = Date.now();
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
      const lastChance = Date.now() - start >= patienceMs;
      try {
        const answer = await ask();
        if (!later(answer.status) || lastChance) return answer;
      } catch (error) {
        if (lastChance || signal?.aborted || !later(statusOf(error))) throw error;
      }
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

/**
 * Nobody answered, or with 503, or with 408: a connection whose service was held up for longer than a request may take to arrive, and whose request
 * may be repeated (RFC 9110, section 15.5.9).
 */
export function later(status: number | undefined): boolean {
  return status === undefined || status === 503 || status === 408;
}

/** Of an answer that was no yes; undefined where nobody answered. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof ProblemError) return error.problem.status;
  return error instanceof UnexpectedAnswerError ? error.status : undefined;
}

function answered({ status, data, error }: AnyAnswer): Answered {
  return { status, body: data ?? error };
}
