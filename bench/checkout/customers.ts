// Customers at a steady rate, and when each order is confirmed: watched in the log itself, where every reader could have seen it by then.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { shopServices } from '../../tools/demo/checkout-shape.js';
import type { System } from '../../tools/system/system.js';
import { steadily } from '../wake/steady.js';
import { Backlog } from './backlog.js';
import { placeOrder } from './place-order.js';

export interface SteadyLoad {
  readonly perSecond: number;
  readonly ms: number;
}

/** Between two looks, in milliseconds: a latency is found up to this much too long, never too short. Each look costs the server what a statement of a service does. */
const LOOK_EVERY_MS = 5;
/** No checkout takes so long, in milliseconds: one that is not confirmed by then will not be. */
const PATIENCE_MS = 30_000;

export class Customers {
  /** Orders that were answered and are not confirmed yet, with who waits for them. */
  private readonly awaited = new Map<string, (at: number) => void>();

  private constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly database: pg.Client,
    private readonly backlogs: readonly Backlog[],
  ) {}

  static async open(system: System): Promise<Customers> {
    const database = new pg.Client(system.databaseUrl('order-service'));
    await database.connect();
    const backlogs = await Promise.all(shopServices.map((service) => Backlog.open(system.databaseUrl(service))));
    const { url } = system.running('order-service');
    return new Customers(url, await system.token('alice', 'customer'), database, backlogs);
  }

  /** From the answer 201 to the commit of `order.confirmed`, in milliseconds, of every order of the time; resolves when the services have nothing left to do. */
  async run({ perSecond, ms }: SteadyLoad): Promise<number[]> {
    const latencies: number[] = [];
    const over = new AbortController();
    const watching = this.watch(over.signal);
    await Promise.race([
      watching,
      steadily(perSecond, ms, async () => {
        const orderId = await placeOrder(this.url, this.token);
        const answered = performance.now();
        const confirmed = await new Promise<number>((resolve) => this.awaited.set(orderId, resolve));
        latencies.push(confirmed - answered);
      }),
    ]);
    over.abort();
    await watching;
    for (const backlog of this.backlogs) await backlog.handled();
    return latencies;
  }

  async close(): Promise<void> {
    await Promise.all([this.database.end(), ...this.backlogs.map((backlog) => backlog.close())]);
  }

  /** @throws Error when nothing is confirmed for a long time. */
  private async watch(over: AbortSignal): Promise<void> {
    for (let last = performance.now(); !over.aborted; await sleep(LOOK_EVERY_MS)) {
      if (this.awaited.size === 0) {
        last = performance.now();
        continue;
      }
      const { rows } = await this.database.query<{ stream: string }>({
        name: 'confirmed',
        text: `SELECT stream FROM event_store.events WHERE stream = ANY($1) AND type = 'order.confirmed'`,
        values: [[...this.awaited.keys()].map((orderId) => `order-${orderId}`)],
      });
      const now = performance.now();
      for (const { stream } of rows) this.found(stream.slice('order-'.length), now);
      if (rows.length > 0) last = now;
      if (now - last > PATIENCE_MS) throw new Error(`${this.awaited.size} orders are not confirmed.`);
    }
  }

  private found(orderId: string, at: number): void {
    this.awaited.get(orderId)?.(at);
    this.awaited.delete(orderId);
  }
}
