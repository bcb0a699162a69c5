// What `npm run demo` can be told, checked before anything starts.
import { parseArgs } from 'node:util';
import { BROKERS, parseBroker, type BrokerName } from '../system/broker.js';

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
  if (!/^[1-9]\d{0,5}$/.test(orders) || Number(orders) > MAX_ORDERS) {
    throw new Error(`--orders ${orders}: expected a whole number from 1 to ${MAX_ORDERS}.`);
  }
  return { orders: Number(orders), json, broker: parseBroker(broker) };
}

function parse(args: readonly string[]): { orders: string; json: boolean; broker: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        orders: { type: 'string', default: String(DEFAULT_ORDERS) },
        json: { type: 'boolean', default: false },
        broker: { type: 'string', default: BROKERS[0] },
      },
    });
    return values;
  } catch (error) {
    const usage = `npm run demo [-- --orders N --json --broker ${BROKERS.join('|')}]`;
    throw new Error(`${(error as Error).message.split('. ')[0]}. Usage: ${usage}`, { cause: error });
  }
}
