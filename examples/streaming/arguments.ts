// What `npm run example streaming` can be told, checked before anything starts.
import { BROKERS, parseBroker, type BrokerName } from '../../tools/system/broker.js';
import { readArguments } from '../../tools/text/arguments.js';

export const USAGE = `npm run example streaming [-- --broker ${BROKERS.join('|')}]`;

/** Undefined: help was asked for. @throws Error with one sentence for whoever typed it. */
export function parseStreamingArguments(args: readonly string[]): { readonly broker: BrokerName } | undefined {
  const { broker, help } = parse(args);
  return help ? undefined : { broker: parseBroker(broker) };
}

function parse(args: readonly string[]) {
  const options = {
    broker: { type: 'string', default: BROKERS[0] },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  return readArguments({ args: [...args], options }, ` Usage: ${USAGE}`).values;
}
