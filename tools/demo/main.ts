// The story of the shop, `npm run demo [-- --orders N --json --broker kafka]`: places orders on a system of its own, lets it come to rest and checks the invariants.
import { randomBytes } from 'node:crypto';
import { parseDemoArguments, type DemoArguments } from './arguments.js';
import { openProbe } from './probe.js';
import { TIMEOUTS_WITHIN_SECONDS } from './scenarios.js';
import { ShopClient } from './shop-client.js';
import { formatSummary, summarize, type Summary } from './summary.js';
import { withThrowawaySystem } from '../system/throwaway-system.js';
import { formatTimeline, readTimeline } from './timeline.js';
import { verify } from './verify.js';
import { playOrders, type Played } from './workload.js';
import type { System } from '../system/system.js';

/** Patience after the last request, in milliseconds: a minute, and more for large runs. */
const restWithinMs = (orders: number): number => 60_000 + orders * 100;

async function run({ orders, broker }: DemoArguments, say: (line: string) => void): Promise<Summary> {
  // On a cluster that others use too, the demo has topics of its own.
  const kafka = { prefix: `demo-${randomBytes(4).toString('hex')}-` };
  return withThrowawaySystem({ log: say, env: TIMEOUTS_WITHIN_SECONDS, broker, kafka }, async (system, signal) => {
    const probe = openProbe((name) => system.databaseUrl(name), system.broker.topics);
    try {
      say(`Placing ${orders} orders; the broker is ${system.broker.where} …`);
      const played = await playOrders(await clientOf(system, signal), { orders, signal });
      say('Waiting until everything is at rest …');
      const verdict = await verify(probe, played, restWithinMs(orders), { signal });
      const eventsAppended = verdict.system?.services.reduce((sum, { events }) => sum + events.length, 0);
      const summary = summarize(broker, verdict.checkout, eventsAppended ?? 0, verdict.violations);
      const orderId = mostEventful(played);
      if (orderId !== undefined) {
        say(`\nThe story of order ${orderId}\n\n${formatTimeline(await readTimeline(orderId, probe.queries))}\n`);
      }
      say(formatSummary(summary));
      return summary;
    } finally {
      await probe.close();
    }
  });
}

async function clientOf(system: System, signal: AbortSignal): Promise<ShopClient> {
  return new ShopClient({
    orders: () => system.running('order-service').url,
    payments: () => system.running('payment-service').url,
    customerToken: await system.token('alice', 'customer'),
    operatorToken: await system.token('olivia', 'operator'),
    signal,
  });
}

/** The order to tell about. */
function mostEventful({ stories }: Played): string | undefined {
  const tellable = ['cancelled after payment', 'refunded in part', 'shipped'];
  const best = tellable.flatMap((name) => stories.find(({ scenario }) => scenario === name) ?? [])[0];
  return (best ?? stories[0])?.orderId;
}

/** Returns the exit code. @throws Error with one sentence for whoever started it. */
export async function main(argv: readonly string[]): Promise<number> {
  const args = parseDemoArguments(argv);
  const summary = await run(args, (line) => (args.json ? console.error(line) : console.log(line)));
  const { violations } = summary;
  if (args.json) console.log(JSON.stringify(summary));
  else if (violations.length > 0)
    console.log(`\nNot all invariants hold:\n${violations.map((line) => `  - ${line}`).join('\n')}`);
  else console.log('\nAll invariants hold: nothing lost, nothing twice, nothing out of order, and the books agree.');
  return violations.length === 0 ? 0 : 1;
}
