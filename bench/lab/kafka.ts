// A Kafka of the bench's own, on an empty data directory, gone afterwards.
import { join } from 'node:path';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import { prepareOwnKafka } from '../../tools/kafka/source.js';
import { throwaway, untilAborted } from '../../tools/system/throwaway.js';

/** @throws NoKafkaError saying how to get one; @throws InterruptedError on a signal, when the broker has stopped and its folder is gone. */
export function withKafka<T>(work: (kafka: LocalKafka) => Promise<T>): Promise<T> {
  return throwaway('bench-kafka-', async (folder, signal) => {
    const kafka = await prepareOwnKafka({ dataDir: join(folder, 'kafka') });
    try {
      await kafka.start();
      return await untilAborted(work(kafka), signal);
    } finally {
      await kafka.stop();
    }
  });
}
