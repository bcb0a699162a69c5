// `npm run bench -- checkout`: an order from HTTP 201 to confirmed through two services and Kafka, and orders taken, against the least that could be done.
import { withThrowawaySystem } from '../../tools/system/throwaway-system.js';
import type { System } from '../../tools/system/system.js';
import { CpuMeter } from '../lab/cpu.js';
import { interleaved, median } from '../lab/rounds.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { latenciesOf } from '../wake/latencies.js';
import { Backlog } from './backlog.js';
import { Customers } from './customers.js';
import { Floor } from './floor.js';
import { Generator } from './generator.js';
import { startPlainService } from './plain.js';

/** One that two cores carry with ease, and one that needs all of them. */
const ORDERS_PER_SECOND = [10, 50];
/**
 * A service that has run for a while is measured, and not what V8 and the JVM compile meanwhile: after 4,000 orders one costs half of what it
 * costs after 100. More than the machine carries, so that it is over soon.
 */
const WARM_UP = { perSecond: 100, ms: 40_000 };
const WARM_UP_OF_FLOOR = { perSecond: 50, ms: 8_000 };
/** Requests under way at a time when as many orders are placed as will be taken. */
const IN_FLIGHT = 32;

export function benchCheckout(options: BenchOptions): Promise<WorkResult[]> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  return withThrowawaySystem({ log, broker: 'kafka', kafka: { use: 'own' } }, async (system) => {
    const results: WorkResult[] = [];
    const note = (result: WorkResult): void => {
      results.push(result);
      options.progress(result);
    };
    const floor = await Floor.open(system);
    const customers = await Customers.open(system);
    await floor.run(WARM_UP_OF_FLOOR);
    await customers.run(WARM_UP);
    for (const perSecond of ORDERS_PER_SECOND)
      note(await untilConfirmed(system, options, { floor, customers, perSecond }));
    await customers.close();
    await floor.close();
    note(await ordersTaken(system, options));
    return results;
  });
}

interface Checkout {
  readonly floor: Floor;
  readonly customers: Customers;
  readonly perSecond: number;
}

/** Latencies in milliseconds: less is better. */
async function untilConfirmed(
  system: System,
  options: BenchOptions,
  { floor, customers, perSecond }: Checkout,
): Promise<WorkResult> {
  const cpu = new CpuMeter({
    'order-service': system.running('order-service').pid,
    'payment-service': system.running('payment-service').pid,
    postgres: system.postgres.pid,
    kafka: system.broker.kafka!.pid!,
  });
  const seen: Record<'floor' | 'starter', number[]> = { floor: [], starter: [] };
  const medianOf = (name: keyof typeof seen, latencies: readonly number[]): number => {
    seen[name].push(...latencies);
    return latenciesOf(latencies).p50;
  };
  const load = { perSecond, ms: options.roundMs };
  const standings = await interleaved(
    [
      { name: 'floor', run: async () => medianOf('floor', await floor.run(load)) },
      {
        name: 'starter',
        run: async () =>
          medianOf(
            'starter',
            await cpu.during(
              () => customers.run(load),
              ({ length }) => length,
            ),
          ),
      },
    ],
    options.rounds,
  );
  const inWords = (latencies: readonly number[]): string => {
    const { p50, p99 } = latenciesOf(latencies);
    return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  };
  return {
    work: 'checkout',
    inFlight: perSecond,
    goal: 4,
    lessIsBetter: true,
    unit: ' ms',
    standings,
    cpuMs: cpu.perUnit,
    note: `${inWords(seen.starter)}; floor ${inWords(seen.floor)}`,
  };
}

/**
 * The order service by itself: the plain one has nobody to pay either. The time counts until its projection, its process and its relay have
 * handled all of the orders, since what only piles up is not sustained.
 */
async function ordersTaken(system: System, options: BenchOptions): Promise<WorkResult> {
  await system.running('payment-service').stop();
  const order = system.running('order-service');
  const plain = await startPlainService(system);
  const backlog = await Backlog.open(system.databaseUrl('order-service'));
  const token = await system.token('alice', 'customer');
  const generator = await Generator.start();
  const cpu = new CpuMeter({ 'order-service': order.pid, postgres: system.postgres.pid });
  const place = (url: string) => generator.run({ url, token, inFlight: IN_FLIGHT, ms: 2 * options.roundMs });
  const behind: number[] = [];
  const standings = await interleaved(
    [
      {
        name: 'plain',
        run: async () => {
          const { orders, ms } = await place(plain.url);
          return (orders / ms) * 1_000;
        },
      },
      {
        name: 'starter',
        run: async () => {
          const { orders, ms } = await cpu.during(
            () => place(order.url),
            ({ orders: units }) => units,
          );
          behind.push(await backlog.handled());
          return (orders / (ms + behind.at(-1)!)) * 1_000;
        },
      },
    ],
    options.rounds,
  );
  await backlog.close();
  await generator.stop();
  await plain.stop();
  const note = `what follows from the orders was handled ${Math.round(median(behind))} ms after the last`;
  return { work: 'postOrders', inFlight: IN_FLIGHT, goal: 0.7, standings, cpuMs: cpu.perUnit, note };
}
