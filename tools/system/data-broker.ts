// A data folder stays with its broker: messages that are on their way on one would never arrive on the other.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokerName, KafkaAddress } from './broker.js';

/** `<dataDir>/broker.json`, for whoever looks into a running system from outside. */
export interface DataBroker {
  readonly name: BrokerName;
  /** On Kafka: where it was at the last start. */
  readonly topics?: KafkaAddress | undefined;
}

/** Undefined on a folder without data. */
export async function readDataBroker(dataDir: string): Promise<DataBroker | undefined> {
  const text = await readFile(join(dataDir, 'broker.json'), 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as DataBroker;
  const older = await stat(join(dataDir, 'postgres')).catch(() => undefined); // from before brokers could be chosen
  return older && { name: 'postgres' };
}

/** @throws Error when the data there were made on another one. */
export async function keepToBroker(dataDir: string, name: BrokerName): Promise<void> {
  const before = await readDataBroker(dataDir);
  if (before === undefined || before.name === name) return;
  throw new Error(
    `The data in ${dataDir} belong to --broker ${before.name}: messages on their way there would never arrive on ${name}. ` +
      `Start with --broker ${before.name}, or drop the data first (npm run reset).`,
  );
}

export async function rememberBroker(dataDir: string, { name, topics }: DataBroker): Promise<void> {
  await writeFile(join(dataDir, 'broker.json'), `${JSON.stringify({ name, topics })}\n`);
}
