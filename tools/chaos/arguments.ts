// What `npm run chaos` can be told, checked before anything starts.
import { randomInt } from 'node:crypto';
import { BROKERS, parseBroker, type BrokerName } from '../system/broker.js';
import { readArguments, wholeNumber } from '../text/arguments.js';

const DEFAULT_SECONDS = 60;
/** Less leaves no time for a service to come back. */
const MIN_SECONDS = 10;
const MAX_SECONDS = 86_400;
const MAX_SEED = 2 ** 32 - 1;

export interface ChaosArguments {
  /** The whole plan of faults comes from it. */
  readonly seed: number;
  /** Of the run, the quiet at its end included; starting and checking come on top. */
  readonly seconds: number;
  readonly broker: BrokerName;
  /** One line of JSON on stdout, everything else on stderr. */
  readonly json: boolean;
}

/** Without a seed any one is taken. @throws Error with one sentence for whoever typed it. */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const { seed, seconds, broker, json } = parse(args);
  return {
    seed: seed === undefined ? randomInt(1, 1_000_000) : wholeNumber('--seed', seed, 0, MAX_SEED),
    seconds: wholeNumber('--seconds', seconds, MIN_SECONDS, MAX_SECONDS),
    broker: parseBroker(broker),
    json,
  };
}

function parse(args: readonly string[]) {
  const options = {
    seed: { type: 'string' },
    seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
    broker: { type: 'string', default: BROKERS[0] },
    json: { type: 'boolean', default: false },
  } as const;
  const usage = `npm run chaos [-- --seed N --seconds S --broker ${BROKERS.join('|')} --json]`;
  return readArguments({ args: [...args], options }, ` Usage: ${usage}`).values;
}
