// The Java and the Maven that run and fetch a local Kafka: looked for once, and when one is missing the error says how to get it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The oldest Java that Kafka 4 runs on. */
const OLDEST_JAVA = 17;

const ELSE = 'or set KAFKA_BROKERS=host:port to a Kafka of your own, or start a Docker engine.';
const GET_JAVA = `install Java ${OLDEST_JAVA} or later (e.g. apt-get install openjdk-17-jre-headless, brew install openjdk), ${ELSE}`;
const GET_MAVEN = `install Maven (e.g. apt-get install maven, brew install maven), ${ELSE}`;

/** Something a local Kafka needs is not on this machine; the message says how to mend it. */
export class NoKafkaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoKafkaError';
  }
}

/** JAVA_HOME's, else the one on PATH. @throws NoKafkaError when there is none, or it is too old. */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  const said = await run(java, ['-version'], env);
  const version = /version "(?:1\.)?(\d+)/.exec(said ?? '')?.[1];
  if (version === undefined) {
    const where = home ? `JAVA_HOME is ${home}, and ${java} does not run` : 'There is no Java on the PATH';
    throw new NoKafkaError(`${where}: ${GET_JAVA}`);
  }
  if (Number(version) < OLDEST_JAVA)
    throw new NoKafkaError(`${java} is Java ${version}, too old for Kafka: ${GET_JAVA}`);
  return java;
}

/** @throws NoKafkaError when there is none. */
export async function findMaven(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if ((await run('mvn', ['--version'], env)) === undefined) {
    throw new NoKafkaError(`There is no Maven (mvn) on the PATH, which fetches Kafka once: ${GET_MAVEN}`);
  }
  return 'mvn';
}

/** What the program says, on both streams; undefined when it does not run or ends with an error. */
async function run(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return promisify(execFile)(file, args, { env, timeout: 30_000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => undefined,
  );
}
