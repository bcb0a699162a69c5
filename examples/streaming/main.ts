// Keyed messages, a consumer group of two, one member killed. Run it with: npm run example streaming [-- --broker kafka]
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startPostgres } from '../../tools/postgres/index.js';
import { openBroker, type BrokerName } from '../../tools/system/broker.js';
import { throwaway, untilAborted } from '../../tools/system/throwaway.js';
import { parseStreamingArguments, USAGE } from './arguments.js';
import { brokerAt, type BrokerPlace } from './broker-at.js';
import { Ledger } from './ledger.js';
import { Readers, SilenceError } from './readers.js';
import { KEYS, tell } from './story.js';
import { verdict } from './table.js';

const say = (line: string): void => console.log(line);

interface StartedBroker {
  readonly place: BrokerPlace;
  stop(): Promise<void>;
}

async function startBroker(name: BrokerName, folder: string): Promise<StartedBroker> {
  say(`Starting ${name === 'kafka' ? 'Kafka' : 'PostgreSQL'} …`);
  if (name === 'postgres') {
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
    return { place: { name, url: postgres.url() }, stop: () => postgres.stop('immediate') };
  }
  // On a Kafka that others use too, the example has a topic of its own.
  const prefix = `example-${randomBytes(4).toString('hex')}-`;
  const { topics, where, kafka } = await openBroker(name, folder, { prefix }, say);
  say(`The broker is ${where}.`);
  return { place: { name, ...topics! }, stop: async () => kafka?.stop() };
}

/** True when nothing is lost and every key is in order. */
async function play(place: BrokerPlace, signal: AbortSignal): Promise<boolean> {
  const broker = brokerAt(place, 'story');
  const ledger = new Ledger();
  const readers = new Readers(place, ledger, signal);
  try {
    signal.throwIfAborted();
    await broker.start();
    await untilAborted(tell({ broker, ledger, readers, signal, say }), signal).catch((error: unknown) => {
      if (!(error instanceof SilenceError)) throw error;
      say(error.message);
    });
  } finally {
    await readers.close();
    await broker.close();
  }
  const { good, lines } = verdict(ledger.results(), KEYS);
  say(`\n${lines.join('\n')}`);
  return good;
}

async function main(args: readonly string[]): Promise<boolean> {
  const chosen = parseStreamingArguments(args);
  if (chosen === undefined) {
    say(`Usage: ${USAGE}\nTwo members of a consumer group share a topic, one is killed, the other takes over.`);
    return true;
  }
  return throwaway('nest-es-example-', async (folder, signal) => {
    const broker = await startBroker(chosen.broker, folder);
    try {
      return await play(broker.place, signal);
    } finally {
      await broker.stop();
    }
  });
}

main(process.argv.slice(2)).then(
  (good) => (process.exitCode = good ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
