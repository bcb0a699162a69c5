// `npm run bench -- relay`: from the log to Kafka, and from Kafka into the inbound log, against kafkajs alone and the loop that most consumers are.
import { KafkaBroker } from '../../libs/event-store/src/kafka/index.js';
import type { Broker, BrokerMessage } from '../../libs/event-store/src/messaging/index.js';
import type { LocalKafka } from '../../tools/kafka/local-kafka.js';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { CpuMeter } from '../lab/cpu.js';
import { withKafka } from '../lab/kafka.js';
import { interleaved } from '../lab/rounds.js';
import { openStore, type StoreOfBench } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { fill } from '../read/fill.js';
import { asKafkaMessage, bareKafka, bareProducer } from './bare-producer.js';
import { intoInboundLog } from './inbox.js';
import { messageByMessage, prepareRawInbox } from './message-by-message.js';
import { bare, relayed } from './messages.js';
import { relayAll } from './relay.js';

/** Events in the log: what is relayed in one round. */
const EVENTS = 20_000;

interface Lab {
  readonly kafka: LocalKafka;
  readonly store: StoreOfBench;
  readonly broker: Broker;
  readonly meter: () => CpuMeter;
  readonly options: BenchOptions;
}

export function benchRelay(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  return withKafka(async (kafka) => {
    const store = await openStore(server, 'relay');
    await fill(store.url, { first: 0, count: EVENTS, eventsOfStream: 10 });
    const broker = new KafkaBroker({ brokers: kafka.brokers, clientId: 'bench' });
    await broker.ensureTopics([relayed, bare].map(({ topic: name, partitions }) => ({ name, partitions })));
    const meter = () =>
      new CpuMeter({ bench: process.pid, postgres: server.pid, ...(kafka.pid && { kafka: kafka.pid }) });
    const lab = { kafka, store, broker, meter, options };
    const results = [await outOfTheLog(lab), await intoTheLog(lab)];
    await broker.close();
    await store.close();
    return results;
  });
}

async function outOfTheLog({ kafka, store, broker, meter, options }: Lab): Promise<WorkResult> {
  const messages = await whatIsSent((to) => relayAll(store, to, 'look', BigInt(EVENTS)));
  const producer = await bareProducer(bareKafka(kafka.brokers));
  const cpu = meter();
  let round = 0;
  const standings = await interleaved(
    [
      {
        name: 'kafkajs',
        run: () => perSecond(() => producer.send(bare.topic, messages.map(asKafkaMessage))),
      },
      {
        name: 'starter',
        run: () => {
          const name = `relay-${(round += 1)}`;
          const all = () => relayAll(store, broker, name, BigInt(EVENTS));
          return cpu.during(
            () => perSecond(all),
            () => EVENTS,
          );
        },
      },
    ],
    options.rounds,
  );
  await producer.close();
  const result = { work: 'relayToKafka', inFlight: 1, goal: 0.8, standings, cpuMs: cpu.perUnit };
  options.progress(result);
  return result;
}

/** Of the topic that the relay has filled, from its beginning each time, into an empty table. */
async function intoTheLog({ kafka, store, broker, meter, options }: Lab): Promise<WorkResult> {
  const client = bareKafka(kafka.brokers);
  await prepareRawInbox(store);
  const cpu = meter();
  let round = 0;
  const standings = await interleaved(
    [
      {
        name: 'message by message',
        run: async () => {
          await store.database.query({ text: 'TRUNCATE raw_inbox' });
          const group = `loop-${(round += 1)}`;
          return messageByMessage(client, store, { topic: relayed.topic, group, ms: options.roundMs });
        },
      },
      {
        name: 'starter',
        run: async () => {
          await store.database.query({ text: 'TRUNCATE event_store.inbound_messages' });
          const group = `inbox-${(round += 1)}`;
          const run = () => intoInboundLog(store, broker, { group, ms: options.roundMs });
          return (await cpu.during(run, ({ stored }) => stored)).perSecond;
        },
      },
    ],
    options.rounds,
  );
  const result = { work: 'inboundLog', inFlight: 1, goal: 3, standings, cpuMs: cpu.perUnit };
  options.progress(result);
  return result;
}

/** A broker that only listens. */
async function whatIsSent(send: (to: Broker) => Promise<void>): Promise<BrokerMessage[]> {
  const sent: BrokerMessage[] = [];
  await send({
    publish: (messages: readonly BrokerMessage[]) => Promise.resolve(void sent.push(...messages)).then(() => []),
  } as unknown as Broker);
  return sent;
}

/** @returns events a second. */
async function perSecond(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (EVENTS / (performance.now() - begin)) * 1_000;
}
