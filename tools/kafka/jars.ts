// Kafka itself: about 45 jars that Maven fetches once into an ignored folder of the checkout. Maven checks their checksums.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from '../system/lock.js';
import { findMaven, NoKafkaError } from './toolchain.js';

export const KAFKA_VERSION = '4.3.1';

const CACHE = fileURLToPath(new URL('../../.cache/kafka', import.meta.url));
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const FETCH_WITHIN_MS = 600_000;

const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>kafka</artifactId>
  <version>${KAFKA_VERSION}</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version></dependency>
  </dependencies>
</project>
`;

/**
 * The folder of jars; fetches them when they are not there (44 MB, half a minute). Several callers at once share one fetch.
 * @throws NoKafkaError without Maven, or with Maven's words when it cannot fetch.
 */
export async function kafkaJars(log: (line: string) => void = () => undefined, cache = CACHE): Promise<string> {
  const jars = join(cache, KAFKA_VERSION);
  if (await exists(jars)) return jars;
  const maven = await findMaven();
  await mkdir(cache, { recursive: true });
  const unlock = await lock(join(cache, '.fetching'), (holder) =>
    log(`Waiting for process ${holder}, which fetches Kafka …`),
  );
  try {
    if (await exists(jars)) return jars;
    log(`Fetching Kafka ${KAFKA_VERSION} with Maven (44 MB, once) …`);
    const draft = await mkdtemp(join(cache, 'draft-'));
    try {
      await writeFile(join(draft, 'pom.xml'), POM);
      await fetchInto(draft, maven);
      await rename(join(draft, 'jars'), jars); // whole or not at all
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return jars;
  } finally {
    await unlock();
  }
}

/** Whether a start needs no Maven. */
export function jarsAreHere(cache = CACHE): Promise<boolean> {
  return exists(join(cache, KAFKA_VERSION));
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function fetchInto(draft: string, maven: string): Promise<void> {
  const args = [
    '--batch-mode',
    '--quiet',
    '--strict-checksums',
    COPY,
    '-DincludeScope=runtime',
    '-DoutputDirectory=jars',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(maven, args, { cwd: draft, stdio: ['ignore', 'pipe', 'pipe'], timeout: FETCH_WITHIN_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      const said = output.trim().split('\n').slice(0, 8).join('\n');
      const way =
        'Look at the network and at ~/.m2/settings.xml, or set KAFKA_BROKERS=host:port to a Kafka of your own.';
      reject(
        new NoKafkaError(`Maven could not fetch Kafka ${KAFKA_VERSION} (exit ${code}). ${way} Maven says:\n${said}`),
      );
    });
  });
}
