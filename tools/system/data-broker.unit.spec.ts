// Data made on one broker are not opened on another.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepToBroker, readDataBroker, rememberBroker } from './data-broker.js';

describe('a data folder', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'data-broker-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes any broker while it is empty', async () => {
    expect(await readDataBroker(folder)).toBeUndefined();
    await keepToBroker(folder, 'kafka');
    await keepToBroker(folder, 'postgres');
  });

  it('stays with the broker of its first start, and says where that was', async () => {
    const topics = { brokers: ['127.0.0.1:9092'], prefix: 'demo-' };
    await rememberBroker(folder, { name: 'kafka', topics });
    await keepToBroker(folder, 'kafka');
    expect(await readDataBroker(folder)).toEqual({ name: 'kafka', topics });
    await expect(keepToBroker(folder, 'postgres')).rejects.toThrow(
      /belong to --broker kafka: messages on their way there would never arrive on postgres\. Start with --broker kafka, or drop/,
    );
  });

  it('of before brokers could be chosen is one of postgres', async () => {
    await mkdir(join(folder, 'postgres'));
    await keepToBroker(folder, 'postgres');
    await expect(keepToBroker(folder, 'kafka')).rejects.toThrow('belong to --broker postgres');
  });
});
