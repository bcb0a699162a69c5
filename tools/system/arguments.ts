// What `npm start` and `npm run dev` can be told, checked before anything starts.
import { readArguments } from '../text/arguments.js';
import { BROKERS, parseBroker, type BrokerName } from './broker.js';

/** @throws Error with one sentence for whoever typed it; `command` is how it is started. */
export function parseStartArguments(args: readonly string[], command: string): { readonly broker: BrokerName } {
  const options = { broker: { type: 'string', default: BROKERS[0] } } as const;
  const usage = `${command} [-- --broker ${BROKERS.join('|')}]`;
  const { values } = readArguments({ args: [...args], options }, ` Usage: ${usage}`);
  return { broker: parseBroker(values.broker) };
}
