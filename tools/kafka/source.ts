// Where a Kafka comes from on this machine: one that is named, Docker, or Java and Maven; else what to do to have one.
import { brokerList, brokerListTrouble } from '../../libs/platform/src/config/broker-list.js';
import { dockerAnswers, prepareDockerKafka, pullImage } from './docker.js';
import { prepareKafka } from './index.js';
import { jarsAreHere, kafkaJars } from './jars.js';
import type { LocalKafka, LocalKafkaOptions } from './local-kafka.js';
import { findJava, findMaven, NoKafkaError } from './toolchain.js';

export type KafkaSource =
  /** KAFKA_BROKERS names it; it is not ours to stop. */
  | { readonly kind: 'given'; readonly brokers: readonly string[] }
  | { readonly kind: 'docker' | 'java' }
  | { readonly kind: 'none'; readonly why: string };

/** @throws Error when KAFKA_BROKERS is set and is no list of addresses. */
export async function findKafka(env: NodeJS.ProcessEnv = process.env): Promise<KafkaSource> {
  const given = env['KAFKA_BROKERS'];
  return given ? { kind: 'given', brokers: addressesIn(given) } : findOwnKafka(env);
}

/** One that we start, and may stop and kill. KAFKA_RUN_BY=docker or java allows only that. */
export async function findOwnKafka(
  env: NodeJS.ProcessEnv = process.env,
): Promise<Exclude<KafkaSource, { kind: 'given' }>> {
  const only = env['KAFKA_RUN_BY'] || undefined;
  if (only !== undefined && only !== 'docker' && only !== 'java') {
    throw new Error(
      `KAFKA_RUN_BY: got ${JSON.stringify(only)}; expected docker or java, or nothing for whichever is there.`,
    );
  }
  if (only !== 'java' && (await dockerAnswers(env))) return { kind: 'docker' };
  if (only === 'docker') return { kind: 'none', why: 'KAFKA_RUN_BY=docker, and no Docker engine answers: start it.' };
  try {
    await findJava(env);
    if (!(await jarsAreHere())) await findMaven(env);
    return { kind: 'java' };
  } catch (error) {
    if (error instanceof NoKafkaError) return { kind: 'none', why: error.message };
    throw error;
  }
}

/** What takes long the first time: fetches what the start needs. @throws NoKafkaError when that cannot be had here. */
export async function fetchOwnKafka(log: (line: string) => void): Promise<void> {
  const source = await findOwnKafka();
  if (source.kind === 'none') throw new NoKafkaError(source.why);
  await (source.kind === 'docker' ? pullImage(log) : kafkaJars(log));
}

/** Not started yet. @throws NoKafkaError when none can be had here. */
export async function prepareOwnKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const source = await findOwnKafka();
  if (source.kind === 'none') throw new NoKafkaError(source.why);
  return source.kind === 'docker' ? prepareDockerKafka(options) : prepareKafka(options);
}

function addressesIn(text: string): readonly string[] {
  const trouble = brokerListTrouble(text);
  if (trouble === undefined) return brokerList(text);
  throw new Error(`KAFKA_BROKERS: got ${JSON.stringify(text)}, ${trouble}; expected host:port[,host:port].`);
}
