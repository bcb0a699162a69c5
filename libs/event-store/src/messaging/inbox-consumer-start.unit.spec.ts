// Start and stop of the inbox consumer, whatever the broker does meanwhile.
import { IsString } from 'class-validator';
import { describe, expect, it, vi } from 'vitest';
import { systemClock, UnavailableError } from '../core/index.js';
import { MemoryBroker } from '../memory/memory-broker.js';
import type { Consumer } from './broker.js';
import type { InboundLog } from './inbound-log.js';
import { InboxConsumer } from './inbox-consumer.js';
import { integrationDecoder } from './integration-decoder.js';
import { IntegrationEvent, topic } from './integration-event.js';

@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  @IsString() orderId: string;
}
const decoder = integrationDecoder([topic('shop.order.events.v1', [OrderPlacedV1])]);
const inbound: InboundLog = {
  store: () => Promise.reject(new Error('nothing is sent here')),
  unreadable: () => Promise.resolve([]),
};

describe('an InboxConsumer', () => {
  it('leaves the group when it is stopped while it is still joining', async () => {
    const broker = new MemoryBroker({ clock: systemClock });
    let joined: (consumer: Consumer) => void = () => undefined;
    const consume = vi.spyOn(broker, 'consume').mockReturnValue(new Promise((resolve) => (joined = resolve)));
    const consumer = new InboxConsumer({ broker, inbound, decoder, group: 'payment-service' });
    const started = Promise.all([consumer.start(), consumer.start()]);
    const stopped = consumer.stop();
    const left = vi.fn<() => Promise<void>>(() => Promise.resolve());
    joined({ stop: left });
    await Promise.all([started, stopped]);
    expect(consume).toHaveBeenCalledTimes(1);
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('can be started again when the broker refused', async () => {
    const broker = new MemoryBroker({ clock: systemClock });
    const consume = vi.spyOn(broker, 'consume').mockRejectedValueOnce(new UnavailableError('The broker'));
    const consumer = new InboxConsumer({ broker, inbound, decoder, group: 'payment-service' });
    await expect(consumer.start()).rejects.toThrow(UnavailableError);
    await consumer.start();
    expect(consume).toHaveBeenCalledTimes(2);
    await consumer.stop();
  });
});
