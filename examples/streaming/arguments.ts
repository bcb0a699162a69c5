// What `npm run example streaming` can be told, checked before anything starts.
import { parseArgs } from 'node:util';
import { BROKERS, parseBroker, type BrokerName } from '../../tools/system/broker.js';

export const USAGE = `npm run example streaming [-- --broker ${BROKERS.join('|')}]`;

/** Undefined: help was asked for. @throws Error with one sentence for whoever typed it. */
export function parseStreamingArguments(args: readonly string[]): { readonly broker: BrokerName } | undefined {
  const { broker, help } = parse(args);
  return help ? undefined : { broker: parseBroker(broker) };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      broker: { type: 'string', default: BROKERS[0] },
      help: { type: 'boolean', short: 'h', default: false },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. Usage: ${USAGE}`, { cause: error });
  }
}
