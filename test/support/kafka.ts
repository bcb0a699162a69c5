// A Kafka for tests: one broker for the whole run, started when the first file asks for it, and a name space of its own for each.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { inject } from 'vitest';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import { prepareOwnKafka } from '../../tools/kafka/source.js';
import { makeRunFolder } from './run-folder.js';

export interface KafkaForTests {
  readonly brokers: readonly string[];
  /** Nobody else's; to be put before every topic and group. */
  readonly prefix: string;
}

/**
 * For the top of a file: `const kafka = await kafkaForTests(); describe.skipIf(!kafka)(…)`. Undefined: there is none, and the
 * run says why and how to get one. @throws Error instead when KAFKA=required.
 */
export async function kafkaForTests(): Promise<KafkaForTests | undefined> {
  const answer = await ask('shared');
  return answer.brokers && { brokers: answer.brokers, prefix: `t${randomBytes(6).toString('hex')}-` };
}

/** The same for tests that stop, kill and freeze a broker of their own; then {@link prepareKafkaForTest} starts it. */
export async function canStartKafka(): Promise<boolean> {
  return (await ask('own')).missing === undefined;
}

export interface OwnKafka extends LocalKafka {
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** A broker for one test, on ports and data of its own; not started yet. */
export async function prepareKafkaForTest(): Promise<OwnKafka> {
  const folder = await makeRunFolder();
  const kafka = await prepareOwnKafka({ dataDir: folder });
  const close = async (): Promise<void> => {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return Object.defineProperties({ close } as OwnKafka, Object.getOwnPropertyDescriptors(kafka));
}

export interface KafkaAnswer {
  readonly brokers?: readonly string[];
  /** There is none on this machine: why, and how to get one. */
  readonly missing?: string;
  /** There is one, and it does not start: a failure, nothing to be skipped. */
  readonly broken?: string;
}

async function ask(what: 'shared' | 'own'): Promise<KafkaAnswer> {
  const answer = await fetch(`${inject('kafkaDoor')}/${what}`);
  const { brokers, missing, broken } = (await answer.json()) as KafkaAnswer;
  if (broken !== undefined) throw new Error(broken);
  if (missing !== undefined && process.env['KAFKA'] === 'required') {
    throw new Error(`KAFKA=required, and there is no Kafka. ${missing}`);
  }
  return { brokers, missing };
}
