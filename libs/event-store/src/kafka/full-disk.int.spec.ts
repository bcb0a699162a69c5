// The disk of the broker runs full: it stops, as a broker with one log directory does. A broker of its own.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { canStartKafka } from '../../../../test/support/kafka.js';
import { makeRunFolder } from '../../../../test/support/run-folder.js';
import { mountSmallDisk, type SmallDisk } from '../../../../test/support/small-disk.js';
import type { LocalKafka } from '../../../../tools/kafka/local-kafka.js';
import { prepareOwnKafka } from '../../../../tools/kafka/source.js';
import { isAlive } from '../../../../tools/postgres/process.js';
import { UnavailableError } from '../core/index.js';
import type { BrokerMessage } from '../messaging/index.js';
import { message } from '../testing/contracts/broker.collector.js';
import { KafkaBroker } from './kafka-broker.js';
import { publishedOnKafka } from './published-on-kafka.js';

const TOPIC = 'filled';
const KEY = 'one-key';
const available = await canStartKafka();
const folder = await makeRunFolder();
let disk: SmallDisk | undefined;

describe.skipIf(!available)('a Kafka whose disk is soon full', { timeout: 120_000 }, () => {
  let kafka: LocalKafka;
  let broker: KafkaBroker;
  beforeAll(async () => {
    disk = await mountSmallDisk(join(folder, 'disk'), 64);
    if (!disk) return;
    kafka = await prepareOwnKafka({ dataDir: join(disk.path, 'kafka') });
    await kafka.start();
    const times = { requestMs: 1_000, answerMs: 2_000, maxBackoffMs: 500 };
    broker = new KafkaBroker({ brokers: [...kafka.brokers], clientId: 'test', times });
    await broker.start();
    await broker.ensureTopics([{ name: TOPIC, partitions: 1 }]);
  }, 120_000);
  afterAll(async () => {
    await broker?.close();
    await kafka?.stop();
    await disk?.unmount();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  it('the broker stops and publishing waits; once there is space all that was acknowledged is there, and the rest follows [24]', async ({
    skip,
  }) => {
    skip(!disk, 'nothing can be mounted here');
    const acknowledged: number[] = [];
    const publish = async (number: number): Promise<void> => {
      expect(await broker.publish([large(number)])).toEqual([]);
      acknowledged.push(number);
    };
    for (let number = 1; number <= 5; number += 1) await publish(number);
    const { pid } = kafka;
    const makeRoom = await disk!.fill();

    let next = 6;
    const untilItStops = async (): Promise<never> => {
      for (; ; next += 1) await publish(next);
    };
    await expect(untilItStops()).rejects.toBeInstanceOf(UnavailableError);
    const lives = () => pid !== undefined && isAlive(pid); // in a container it has no process of ours
    await eventually(() => expect(lives()).toBe(false), { timeoutMs: 30_000 });
    await expect(publish(next)).rejects.toBeInstanceOf(UnavailableError);

    await makeRoom();
    await kafka.start();
    await eventually(() => publish(next), { timeoutMs: 60_000 });
    const there = await publishedOnKafka({ brokers: [...kafka.brokers], topics: [TOPIC] })();
    const numbers = [...new Set(there.map(({ headers }) => Number(headers['number'])))]; // what was not acknowledged may be there all the same, and again
    expect(numbers).toEqual(expect.arrayContaining(acknowledged));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });
});

/** Random, so that it is not made small on the way. */
function large(number: number): BrokerMessage {
  return { ...message(TOPIC, KEY, number), value: randomBytes(100_000) };
}
