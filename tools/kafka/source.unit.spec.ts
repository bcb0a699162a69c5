// Where a Kafka comes from, on machines with and without Docker, Java and Maven; where there is none, the sentence says how to get one.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerArguments } from './docker.js';
import { findKafka } from './source.js';
import { findMaven } from './toolchain.js';

const JAVA_17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`;
const ENGINE = 'echo 28.2.2';
/** What the command says on a machine whose engine does not run. */
const NO_ENGINE = `echo; echo 'Cannot connect to the Docker daemon' >&2; exit 1`;

describe('a Kafka comes from', () => {
  let bin: string;
  beforeEach(async () => void (bin = await mkdtemp(join(tmpdir(), 'kafka-source-'))));
  afterEach(() => rm(bin, { recursive: true, force: true }));

  /** A machine with these programs and no others. */
  async function on(programs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    return { PATH: bin, ...env };
  }

  it('KAFKA_BROKERS, whatever else there is', async () => {
    const env = await on({ docker: ENGINE, java: JAVA_17 }, { KAFKA_BROKERS: 'k1:9092, k2:9092' });
    expect(await findKafka(env)).toEqual({ kind: 'given', brokers: ['k1:9092', 'k2:9092'] });
  });

  it('nowhere when KAFKA_BROKERS is wrong: it says so instead of taking another', async () => {
    await expect(findKafka(await on({ docker: ENGINE }, { KAFKA_BROKERS: 'k1' }))).rejects.toThrow(
      'KAFKA_BROKERS: got "k1", of which "k1" has no port; expected host:port[,host:port].',
    );
  });

  it('Docker, when an engine answers', async () => {
    expect(await findKafka(await on({ docker: ENGINE, java: JAVA_17, mvn: '' }))).toEqual({ kind: 'docker' });
  });

  it('Java and Maven, when Docker is only a command', async () => {
    expect(await findKafka(await on({ docker: NO_ENGINE, java: JAVA_17, mvn: '' }))).toEqual({ kind: 'java' });
  });

  it('what KAFKA_RUN_BY says, and from nothing else', async () => {
    const both = await on({ docker: ENGINE, java: JAVA_17, mvn: '' });
    expect(await findKafka({ ...both, KAFKA_RUN_BY: 'java' })).toEqual({ kind: 'java' });
    expect(await findKafka({ ...both, KAFKA_RUN_BY: 'docker' })).toEqual({ kind: 'docker' });
    await expect(findKafka({ ...both, KAFKA_RUN_BY: 'podman' })).rejects.toThrow(
      'got "podman"; expected docker or java',
    );
    const idle = await on({ docker: NO_ENGINE });
    expect(await findKafka({ ...idle, KAFKA_RUN_BY: 'docker' })).toMatchObject({ kind: 'none' });
  });

  it.each([
    ['no Java', {}, /^There is no Java on the PATH: install Java 17 or later .*KAFKA_BROKERS=host:port.*Docker/],
    ['a Java that is a stub', { java: 'exit 1' }, /^There is no Java on the PATH/],
    [
      'an old Java',
      { java: `echo 'java version "1.8.0_452"' >&2` },
      /^java is Java 8, too old for Kafka: install Java 17/,
    ],
    ['Java 11', { java: `echo 'openjdk version "11.0.2"' >&2` }, /^java is Java 11, too old/],
  ])('nowhere with %s, and the sentence says how to mend it', async (_, programs, why) => {
    expect(await findKafka(await on(programs))).toEqual({ kind: 'none', why: expect.stringMatching(why) as string });
  });

  it('nowhere when JAVA_HOME names no Java, and the sentence names it', async () => {
    const env = await on({ java: JAVA_17 }, { JAVA_HOME: '/no/such/java' });
    expect(await findKafka(env)).toMatchObject({
      why: expect.stringContaining('JAVA_HOME is /no/such/java') as string,
    });
  });
});

describe('without Maven', () => {
  it('the sentence says how to get it', async () => {
    await expect(findMaven({ PATH: '/nowhere' })).rejects.toThrow(
      /^There is no Maven \(mvn\) on the PATH, which fetches Kafka once: install Maven .*KAFKA_BROKERS/,
    );
  });
});

describe('the container', () => {
  it('is published on the loopback alone and told the settings in the form of the image', () => {
    const args = containerArguments('nest-es-kafka-1', 23_456);
    expect(args).toContain('127.0.0.1:23456:23456');
    expect(args).toContain('KAFKA_PROCESS_ROLES=broker,controller');
    expect(args).toContain('KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:23456');
    expect(args).toContain('KAFKA_AUTO_CREATE_TOPICS_ENABLE=false');
  });

  it('listens for those behind a proxy on a port more, and gives out the port of the proxy there', () => {
    const args = containerArguments('nest-es-kafka-1', 23_456, [{ port: 23_457, advertisedPort: 24_000 }]);
    expect(args).toContain('127.0.0.1:23457:23457');
    expect(args).toContain(
      'KAFKA_LISTENERS=PLAINTEXT://0.0.0.0:23456,PROXIED1://0.0.0.0:23457,CONTROLLER://127.0.0.1:23458',
    );
    expect(args).toContain('KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:23456,PROXIED1://127.0.0.1:24000');
    expect(args.filter((argument) => argument.includes('24000'))).toHaveLength(1); // the proxy's own port is not the container's
  });
});
