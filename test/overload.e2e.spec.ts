// Four times as many requests as the order service can do. OVERLOAD_SECONDS=60 is the nightly form.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../tools/postgres/process.js';
import { watchLiveness } from './fire/health.js';
import { eventually } from './support/eventually.js';
import { SERVICE_MEMORY_BYTES, settled, watchMemory } from './support/memory.js';
import { load, p99, type Hit, type Shot } from './support/paced-load.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

const SECONDS = Number(process.env['OVERLOAD_SECONDS'] ?? 6);
/** One request in so many places an order, the others look. */
const PLACES_ONE_IN = 10;
const IN_FLIGHT = 30;
const TIMES = 4;
/** Requests a second: forty times what one may send by default. */
const RATE_OF_ONE_CALLER = 400;
const CALM_MS = 2_000;
const LIMITS = { MAX_REQUESTS_IN_FLIGHT: String(IN_FLIGHT), REQUEST_DEADLINE_MS: '15000' };

describe('four times as many requests as a service can do', { timeout: SECONDS * 2_000 + 240_000 }, () => {
  let whole: WholeSystem;
  beforeAll(async () => {
    whole = await startWholeSystem(LIMITS);
  }, 240_000);
  afterAll(() => whole?.close());

  it('what is taken is answered in time and done, the rest is refused at once, and the service stays what it was', async () => {
    const { url, pid } = whole.system.running('order-service');
    const token = await whole.system.token('alice', 'customer');
    const order = { lines: [{ sku: 'mug', quantity: 1 }] };
    let count = 0;
    const next = (): Shot => {
      count += 1;
      if (count % PLACES_ONE_IN === 0) return { method: 'POST', url: `${url}/orders`, token, body: order };
      return { method: 'GET', url: `${url}/orders?limit=5`, token };
    };
    const alive = watchLiveness(whole);
    const memory = watchMemory(pid);
    const opening: Shot = { method: 'GET', url: `${url}/health/live`, token };
    const calm: Hit[] = [];
    await load(next, { opening, customers: IN_FLIGHT / 2, forMs: CALM_MS }, (hit) => calm.push(hit));
    const capacity = (calm.length * 1_000) / CALM_MS;
    const hits: Hit[] = [];
    // By what was measured, or by what the service turns out to do: other work on the machine may have ended meanwhile.
    const began = performance.now();
    let taken = 0;
    const perSecond = () => TIMES * Math.max(capacity, (taken * 1_000) / (performance.now() - began + 1_000));
    await load(next, { opening, customers: IN_FLIGHT * TIMES, forMs: SECONDS * 1_000, perSecond }, (hit) => {
      hits.push(hit);
      if (isTaken(hit)) taken += 1;
    });
    const sizes = await memory.end();
    const accepted = hits.filter(isTaken);
    const refused = hits.filter((hit) => !isTaken(hit));
    tell(capacity, hits, accepted, sizes);

    expect(calm.filter((hit) => !isTaken(hit)).map(said)).toEqual([]);
    expect(refused.filter((hit) => !isRefusal(hit)).map(said)).toEqual([]);
    expect(hits.length, 'that it was four times as many, or nearly').toBeGreaterThan(3 * accepted.length);
    expect(accepted.length).toBeGreaterThan(0);
    expect(p99(accepted.map(({ ms }) => ms))).toBeLessThan(Number(LIMITS.REQUEST_DEADLINE_MS) / 3);
    expect(await alive.end()).toEqual([]);
    expect([isAlive(pid), whole.system.running('order-service').pid]).toEqual([true, pid]);
    expect(Math.max(...sizes)).toBeLessThan(SERVICE_MEMORY_BYTES);
    expect(SECONDS < 30 || settled(sizes), 'that memory settles').toBe(true);

    const placed = [...calm, ...accepted].filter(({ status }) => status === 201).map(orderOf);
    const confirmed = async () => {
      const rows = await whole.probe.queries['order-service'](
        `SELECT DISTINCT stream FROM event_store.events WHERE type = 'order.confirmed'`,
      );
      const there = new Set(rows.map(({ stream }) => stream));
      expect(placed.filter((id) => !there.has(`order-${id}`))).toEqual([]);
    };
    await eventually(confirmed, { timeoutMs: 180_000 });
  });
});

describe.skipIf(SECONDS < 30)('the same, with the limits as they come', { timeout: SECONDS * 2_000 + 240_000 }, () => {
  let whole: WholeSystem;
  beforeAll(async () => {
    whole = await startWholeSystem({ RATE_LIMIT_PER_USER: '100', RATE_LIMIT_PER_ADDRESS: '1000' });
  }, 240_000);
  afterAll(() => whole?.close());

  it('one caller gets what is theirs, 429 for the rest, and the service stays what it was', async () => {
    const { url, pid } = whole.system.running('order-service');
    const token = await whole.system.token('alice', 'customer');
    const shot: Shot = { method: 'GET', url: `${url}/orders?limit=5`, token };
    const memory = watchMemory(pid);
    const hits: Hit[] = [];
    const opening: Shot = { ...shot, url: `${url}/health/live` };
    const perSecond = () => RATE_OF_ONE_CALLER;
    await load(
      () => shot,
      { opening, customers: 50, forMs: SECONDS * 1_000, perSecond },
      (hit) => hits.push(hit),
    );
    const sizes = await memory.end();
    const accepted = hits.filter(isTaken);
    expect(hits.filter((hit) => !isTaken(hit) && !isRefusal(hit)).map(said)).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThanOrEqual(100 * (SECONDS / 10 + 1));
    expect(hits.filter(({ status }) => status === 429).length).toBeGreaterThan(3 * accepted.length);
    expect([isAlive(pid), whole.system.running('order-service').pid]).toEqual([true, pid]);
    expect(Math.max(...sizes)).toBeLessThan(SERVICE_MEMORY_BYTES);
  });
});

function isTaken({ status }: Hit): boolean {
  return status >= 200 && status < 300;
}

/** What a service says that has too much to do, or has heard too much of one caller. */
function isRefusal({ status, retryAfter, text }: Hit): boolean {
  return (status === 429 || (status === 503 && text.includes('"overloaded"'))) && /^[1-9]\d*$/.test(retryAfter ?? '');
}

function said({ shot, status, text }: Hit): string {
  return `${shot.method} ${status} ${text.slice(0, 200)}`;
}

function orderOf({ text }: Hit): string {
  return (JSON.parse(text) as { orderId: string }).orderId;
}

function tell(capacity: number, hits: readonly Hit[], accepted: readonly Hit[], sizes: readonly number[]): void {
  const ms = accepted.map((hit) => hit.ms);
  process.stderr.write(
    `\noverload: ${Math.round(capacity)} requests a second measured; ${hits.length} sent in ${SECONDS} s, ${accepted.length} taken, ` +
      `p99 ${Math.round(p99(ms))} ms of those taken, at most ${Math.round(Math.max(...sizes) / 1e6)} MB\n`,
  );
}
