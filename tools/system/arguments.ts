// What `npm start` and `npm run dev` can be told, checked before anything starts.
import { parseArgs } from 'node:util';
import { BROKERS, parseBroker, type BrokerName } from './broker.js';

/** @throws Error with one sentence for whoever typed it; `command` is how it is started. */
export function parseStartArguments(args: readonly string[], command: string): { readonly broker: BrokerName } {
  return { broker: parseBroker(parse(args, command)) };
}

function parse(args: readonly string[], command: string): string {
  try {
    const options = { broker: { type: 'string', default: BROKERS[0] } } as const;
    return parseArgs({ args: [...args], options }).values.broker;
  } catch (error) {
    const usage = `${command} [-- --broker ${BROKERS.join('|')}]`;
    throw new Error(`${(error as Error).message.split('. ')[0]}. Usage: ${usage}`, { cause: error });
  }
}
