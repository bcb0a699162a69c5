// Kafka is fetched once and whole, whoever asks for it at the same time.
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jarsAreHere, KAFKA_VERSION, kafkaJars } from './jars.js';

describe('the jars of Kafka', () => {
  let folder: string;
  const path = process.env['PATH'];
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'kafka-jars-'))));
  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true, force: true });
  });

  /** A Maven that notes each fetch and then does as it is told. */
  async function maven(script: string): Promise<void> {
    const body = `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho fetch >> ${folder}/fetches\n${script}\n`;
    await writeFile(join(folder, 'mvn'), body);
    await chmod(join(folder, 'mvn'), 0o755);
    process.env['PATH'] = `${folder}:${path}`;
  }
  const cache = (): string => join(folder, 'cache');

  it('are fetched once by many callers, who all get the same whole folder', async () => {
    await maven('mkdir jars && sleep 0.3 && echo jar > jars/kafka.jar');
    const found = await Promise.all(Array.from({ length: 4 }, () => kafkaJars(undefined, cache())));
    expect(new Set(found)).toEqual(new Set([join(cache(), KAFKA_VERSION)]));
    expect(await readdir(found[0]!)).toEqual(['kafka.jar']);
    expect(await readFile(join(folder, 'fetches'), 'utf8')).toBe('fetch\n');
    expect(await readdir(cache())).toEqual([KAFKA_VERSION]);
  });

  it('are not taken from a fetch that failed half-way: it says what Maven said, and the next one tries again', async () => {
    await maven(`mkdir jars && echo half > jars/kafka.jar; echo 'Could not transfer artifact'; exit 1`);
    await expect(kafkaJars(undefined, cache())).rejects.toThrow(
      /Maven could not fetch Kafka .* \(exit 1\)\. Look at the network .*KAFKA_BROKERS=host:port[^]*Could not transfer artifact/,
    );
    expect(await jarsAreHere(cache())).toBe(false);
    expect(await readdir(cache())).toEqual([]);
    await maven('mkdir jars && echo jar > jars/kafka.jar');
    expect(await kafkaJars(undefined, cache())).toBe(join(cache(), KAFKA_VERSION));
  });
});
