// `npm run chaos [-- --seed N --seconds S --broker kafka --json]`: a system of its own, battered by the plan, then the checker and the certificate.
import { shopServices } from '../demo/checkout-shape.js';
import { openProbe } from '../demo/probe.js';
import { withThrowawaySystem } from '../system/throwaway-system.js';
import { parseChaosArguments, type ChaosArguments } from './arguments.js';
import { batter } from './batter.js';
import { certify, formatCertificate, moneyOf } from './certificate.js';
import { keepEvidence } from './evidence.js';
import { judge } from './judge.js';
import { planFaults } from './plan.js';

/** A gateway that is slow enough for faults to hit payments in the middle, and for a message to come before the one of a slow payment. */
const ENVIRONMENT = { GATEWAY_DELAY_MS: '100', GATEWAY_STALL_MS: '5000', METRICS_PORT: '0' } as const;

interface Verdict {
  readonly json: string;
  /** For people. */
  readonly page: string;
  readonly sound: boolean;
}

function run(args: ChaosArguments, log: (line: string) => void): Promise<Verdict> {
  const kafka = { use: 'own', proxied: shopServices } as const;
  const options = { env: ENVIRONMENT, broker: args.broker, kafka, log, unwinds: true } as const;
  log(`Chaos with seed ${args.seed}, ${args.seconds} s on ${args.broker}.`);
  return withThrowawaySystem(options, async (system, signal) => {
    const plan = planFaults(args);
    const battered = await batter(system, args, plan, signal, log);
    const probe = openProbe((name) => system.databaseUrl(name), system.broker.topics);
    try {
      const { checkout, violations, recoveryMs } = await judge({ ...battered, probe, signal });
      const certificate = certify({ args, faults: battered.committed, checkout, violations, recoveryMs });
      if (violations.length > 0) log(await keepEvidence(system, probe, certificate));
      const page = formatCertificate(certificate, moneyOf(checkout), {
        troubles: battered.told.troubles,
        memoryBytes: battered.bounds.memoryBytes,
        eventLoopP99Ms: battered.bounds.eventLoopP99Ms,
      });
      return { json: JSON.stringify(certificate), page, sound: violations.length === 0 };
    } finally {
      battered.close();
      await probe.close();
    }
  });
}

/** Returns the exit code. @throws Error with one sentence for whoever started it. */
export async function main(argv: readonly string[]): Promise<number> {
  const args = parseChaosArguments(argv);
  const log = (line: string): void => (args.json ? console.error(line) : console.log(line));
  const { json, page, sound } = await run(args, log);
  log(`\n${page}\n`);
  if (sound) log('All invariants hold: nothing lost, nothing twice, nothing out of order, and the books agree.');
  if (args.json) console.log(json);
  return sound ? 0 : 1;
}
