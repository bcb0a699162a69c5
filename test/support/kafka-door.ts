// The test run's own process keeps the shared Kafka, because the workers come and go. They ask for it here, and the first one starts it.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import { fetchOwnKafka, findKafka, prepareOwnKafka } from '../../tools/kafka/source.js';
import { NoKafkaError } from '../../tools/kafka/toolchain.js';
import type { KafkaAnswer } from './kafka.js';
import { makeRunFolder } from './run-folder.js';

export interface KafkaDoor {
  /** Of this run alone: its path cannot be guessed. */
  readonly url: string;
  /** Stops Kafka, removes its data, and says what was skipped for want of it. */
  close(): Promise<void>;
}

const without = (why: string): string =>
  `${process.env['KAFKA'] === 'required' ? 'FAILED' : 'SKIPPED'}: tests that need Kafka. ${why}`;

export async function openKafkaDoor(say: (line: string) => void): Promise<KafkaDoor> {
  let folder: string | undefined;
  let kafka: LocalKafka | undefined;
  let shared: Promise<KafkaAnswer> | undefined;
  const missed = new Set<string>();

  const start = async (): Promise<KafkaAnswer> => {
    const source = await findKafka();
    if (source.kind === 'given') return { brokers: source.brokers };
    if (source.kind === 'none') throw new NoKafkaError(source.why);
    folder = await makeRunFolder();
    kafka = await prepareOwnKafka({ dataDir: folder, log: say });
    await kafka.start();
    return { brokers: kafka.brokers };
  };
  const own = async (): Promise<KafkaAnswer> => {
    await fetchOwnKafka(say);
    return {};
  };
  const answer = async (what: string | undefined): Promise<KafkaAnswer> => {
    const asked = what === 'own' ? own() : (shared ??= start());
    return asked.catch((error: Error): KafkaAnswer => {
      if (!(error instanceof NoKafkaError)) return { broken: error.message };
      if (!missed.has(error.message)) say(without(error.message));
      missed.add(error.message);
      return { missing: error.message };
    });
  };

  const secret = randomBytes(12).toString('hex');
  const server = createServer((request, response) => {
    const [, given, what] = request.url?.split('/') ?? [];
    if (given !== secret) response.writeHead(404).end();
    else void answer(what).then((found) => response.end(JSON.stringify(found)));
  });
  server.requestTimeout = 0; // the first fetch of Kafka takes its time
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await shared?.catch(() => undefined);
      await kafka?.stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      for (const why of missed) say(without(why)); // again, where the summary is
    },
  };
}
