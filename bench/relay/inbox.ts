// The way in as a service runs it: from the broker into the inbound log.
import {
  InboxConsumer,
  integrationDecoder,
  type Broker,
  type ConsumeOptions,
} from '../../libs/event-store/src/messaging/index.js';
import { PostgresInboundLog } from '../../libs/event-store/src/postgres/index.js';
import type { StoreOfBench } from '../lab/store.js';
import { relayed } from './messages.js';

/** Until the time is up, from the first batch on. */
export async function intoInboundLog(
  { database }: StoreOfBench,
  broker: Broker,
  { group, ms }: { readonly group: string; readonly ms: number },
): Promise<{ readonly stored: number; readonly perSecond: number }> {
  let begun: number | undefined;
  let stored = 0;
  let consumer: InboxConsumer;
  const passed = await new Promise<number>((resolve, reject) => {
    consumer = new InboxConsumer({
      broker: tellingOfBatches(broker, () => (begun ??= performance.now())),
      inbound: new PostgresInboundLog(database),
      decoder: integrationDecoder([relayed]),
      group,
      onStored: (counts) => {
        stored += counts.stored;
        const since = performance.now() - begun!;
        if (since >= ms) resolve(since);
      },
      onRetry: reject,
    });
    consumer.start().catch(reject);
  });
  const result = { stored, perSecond: (stored / passed) * 1_000 };
  await consumer!.stop();
  return result;
}

/** The broker, and word of each batch before it is handled. */
function tellingOfBatches(broker: Broker, tell: () => void): Broker {
  const telling = Object.create(broker) as Broker;
  telling.consume = (options: ConsumeOptions) =>
    broker.consume({
      ...options,
      handler: (batch) => {
        tell();
        return options.handler(batch);
      },
    });
  return telling;
}
