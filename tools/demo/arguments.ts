// What `npm run demo` can be told, checked before anything starts.
import { BROKERS, parseBroker, type BrokerName } from '../system/broker.js';
import { readArguments, wholeNumber } from '../text/arguments.js';

const DEFAULT_ORDERS = 25;
const MAX_ORDERS = 100_000;

export interface DemoArguments {
  readonly orders: number;
  /** One line of JSON on stdout, everything else on stderr. */
  readonly json: boolean;
  readonly broker: BrokerName;
}

/** @throws Error with one sentence for whoever typed it. */
export function parseDemoArguments(args: readonly string[]): DemoArguments {
  const { orders, json, broker } = parse(args);
  return { orders: wholeNumber('--orders', orders, 1, MAX_ORDERS), json, broker: parseBroker(broker) };
}

function parse(args: readonly string[]) {
  const options = {
    orders: { type: 'string', default: String(DEFAULT_ORDERS) },
    json: { type: 'boolean', default: false },
    broker: { type: 'string', default: BROKERS[0] },
  } as const;
  const usage = `npm run demo [-- --orders N --json --broker ${BROKERS.join('|')}]`;
  return readArguments({ args: [...args], options }, ` Usage: ${usage}`).values;
}
