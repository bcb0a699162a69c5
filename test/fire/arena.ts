// One whole system for many faults: it is played on while a fault is on, has to heal by itself, and is then checked as a whole, with
// everything that was ever played on it.
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { PlantedPoison, SystemState } from '../../libs/event-store/src/testing/invariants/index.js';
import type { CheckoutProbe } from '../../tools/demo/probe.js';
import { withoutTimeouts, type ScenarioName, type Story } from '../../tools/demo/scenarios.js';
import type { ShopClient } from '../../tools/demo/shop-client.js';
import { verify, type Verdict } from '../../tools/demo/verify.js';
import { playOrders } from '../../tools/demo/workload.js';
import { isAlive } from '../../tools/postgres/process.js';
import { shopServices, type ShopService } from '../../tools/demo/checkout-shape.js';
import type { System } from '../../tools/system/system.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/http.js';
import type { WholeSystem } from '../support/whole-system.js';
import type { BrokerUnderFire } from './broker-under-fire.js';
import { WantedOrders } from './wanted-orders.js';

/** I15: within this time after a fault is over nothing moves any more, in milliseconds. */
export const REST_WITHIN_MS = 30_000;
/** Of orders in one wave: each of the scenarios at least once. */
const WAVE = 10;
const CONCURRENCY = 6;
/** Between two waves, in milliseconds: most faults last for seconds, and need some orders under way, not as many as the machine can take. */
const BETWEEN_WAVES_MS = 1_500;

const PLACED = `SELECT substr(stream, length('order-') + 1) AS id FROM event_store.events WHERE type = 'order.placed'`;

export interface Fight {
  /** Orders that are played in turn; default: all but those that time out. */
  readonly scenarios?: readonly ScenarioName[];
  /** Orders in one wave, default 10. */
  readonly orders?: number;
  /** Of them at a time, default 6. */
  readonly concurrency?: number;
  /** One wave only; default: one after the other until the fault is over. */
  readonly once?: boolean;
}

export interface UnderFire {
  /** The system of the test that runs. */
  readonly arena: Arena;
}

export class Arena {
  /** Everything that was played here. */
  private readonly stories: Story[] = [];
  private readonly wanted = new WantedOrders();
  /** Where customers and operators go, when not to the first process of a service. */
  private readonly fronts = new Map<ShopService, () => string>();
  /** What tests put in on purpose, taken out of what the checker sees. */
  private readonly lenses: ((state: SystemState) => SystemState)[] = [];
  private readonly planted: PlantedPoison[] = [];

  constructor(
    readonly whole: WholeSystem,
    readonly broker: BrokerUnderFire,
    /** Of services that are started from now on. */
    readonly env: Record<string, string>,
  ) {}

  get system(): System {
    return this.whole.system;
  }

  get queries(): CheckoutProbe['queries'] {
    return this.whole.probe.queries;
  }

  get published(): CheckoutProbe['publishedMessages'] {
    return this.whole.probe.publishedMessages;
  }

  /** First number of the first row. */
  async count(service: ShopService, sql: string, params: readonly unknown[] = []): Promise<number> {
    const [row] = await this.queries[service](sql, params);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  /** Orders, or payments, that have begun and not ended. */
  open(service: ShopService): Promise<number> {
    const first = service === 'order-service' ? 'order.placed' : 'payment.requested';
    return this.count(
      service,
      `SELECT count(*)::text FROM (SELECT stream FROM event_store.events GROUP BY stream HAVING bool_and(type = $1)) open`,
      [first],
    );
  }

  /** Resolves in the middle of things: `begun` more streams of the service have begun, and some have not ended. */
  async midFlow(service: ShopService, begun = 3): Promise<void> {
    const streams = () => this.count(service, `SELECT count(DISTINCT stream)::text FROM event_store.events`);
    const before = await streams();
    await eventually(
      async () => {
        expect(await streams()).toBeGreaterThanOrEqual(before + begun);
        expect(await this.open(service)).toBeGreaterThan(1);
      },
      { timeoutMs: 60_000, everyMs: 5 },
    );
  }

  /** Sends customers and operators to another process of the service, asked at each request; undefined: to the first again. */
  front(service: ShopService, url: string | (() => string) | undefined): void {
    if (url === undefined) this.fronts.delete(service);
    else this.fronts.set(service, typeof url === 'string' ? () => url : url);
  }

  urlOf(service: ShopService): string {
    return this.fronts.get(service)?.() ?? this.system.running(service).url;
  }

  async shop(signal?: AbortSignal): Promise<ShopClient> {
    return this.wanted.shop({
      orders: () => this.urlOf('order-service'),
      payments: () => this.urlOf('payment-service'),
      customerToken: await this.system.token('alice', 'customer'),
      operatorToken: await this.system.token('olivia', 'operator'),
      patienceMs: 60_000,
      ...(signal && { signal }),
    });
  }

  /** Counts for every check from now on. */
  remember(story: Story): void {
    this.stories.push(story);
    this.want(story.orderId);
  }

  /** Somebody asks for the order without one of our clients: it may be there from now on. */
  want(orderId: string): void {
    this.wanted.want(orderId);
  }

  ignore(lens: (state: SystemState) => SystemState): void {
    this.lenses.push(lens);
  }

  /** Bad messages that are there for good. */
  plant(...poison: readonly PlantedPoison[]): void {
    this.planted.push(...poison);
  }

  /**
   * Plays orders while `fault` is at work, and on until it is over. Then the system has to come to rest by itself, and every invariant has
   * to hold. What `fault` throws ends all of it.
   */
  async survives(fault: () => Promise<unknown>, fight: Fight = {}): Promise<Verdict> {
    const { played, healedAt } = await this.play(fault, fight);
    this.stories.push(...played.stories);
    const spent = Date.now() - healedAt;
    const verdict = await this.check(played.troubles, Math.max(5_000, REST_WITHIN_MS - spent));
    const late = spent > REST_WITHIN_MS ? [`I15: orders went on for ${spent} ms after the fault was over.`] : [];
    expect([...late, ...verdict.violations.map(({ sentence }) => sentence)]).toEqual([]);
    return verdict;
  }

  /** Both processes live and take traffic. */
  async expectHealthy(): Promise<void> {
    for (const service of shopServices) {
      await eventually(
        async () => {
          const { status, text } = await ask({ method: 'GET', url: `${this.urlOf(service)}/health/ready` });
          expect([service, status, JSON.parse(text)]).toMatchObject([service, 200, { status: 'ok' }]);
        },
        { timeoutMs: REST_WITHIN_MS },
      );
    }
  }

  /** All that a service has said. */
  readLog(service: ShopService): Promise<string> {
    return readFile(join(this.whole.dataDir, 'logs', `${service}.log`), 'utf8').catch(() => '');
  }

  /** What it says from now on. */
  async follow(service: ShopService): Promise<() => Promise<string>> {
    const { length } = await this.readLog(service);
    return async () => (await this.readLog(service)).slice(length);
  }

  async close(): Promise<Record<string, number | string>> {
    await this.broker.close();
    return this.whole.close();
  }

  private async play(fault: () => Promise<unknown>, fight: Fight) {
    const { scenarios = withoutTimeouts, orders = WAVE, concurrency = CONCURRENCY, once = false } = fight;
    const stories: Story[] = [];
    const troubles: string[] = [];
    const abort = new AbortController();
    setMaxListeners(0, abort.signal); // every customer who waits is one
    let healedAt = 0;
    const faulting = fault().then(() => (healedAt = Date.now()));
    faulting.catch((error: unknown) => abort.abort(error));
    const goesOn = () => healedAt === 0 && !once;
    const shop = await this.shop(abort.signal);
    try {
      do {
        const { signal } = abort;
        const wave = await playOrders(shop, {
          orders,
          scenarios,
          concurrency,
          deadlineMs: 90_000,
          signal,
        });
        stories.push(...wave.stories);
        troubles.push(...wave.troubles);
        if (goesOn()) await sleep(BETWEEN_WAVES_MS);
      } while (goesOn());
    } finally {
      await faulting; // what went wrong there is the reason of all that followed
    }
    return { played: { stories, troubles }, healedAt };
  }

  private async check(troubles: readonly string[], restWithinMs: number): Promise<Verdict> {
    for (const service of shopServices) {
      const { pid } = this.system.running(service);
      if (!isAlive(pid)) throw new Error(`${service} (process ${pid}) has ended, and nobody asked it to.`);
    }
    const lens = (state: SystemState) => this.lenses.reduce((seen, look) => look(seen), state);
    const planted = this.planted.length > 0 ? this.planted : undefined;
    const played = { stories: this.stories, troubles };
    const verdict = await verify({ ...this.whole.probe, lens }, played, restWithinMs, { planted });
    if (verdict.violations.length > 0) return verdict;
    const repeated = await this.wanted.repeat();
    const placed = (await this.queries['order-service'](PLACED)).map(({ id }) => String(id));
    return { ...verdict, violations: this.wanted.violations(repeated, placed) };
  }
}
