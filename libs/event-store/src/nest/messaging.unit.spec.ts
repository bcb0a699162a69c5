import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemIds, UnavailableError } from '../core/index.js';
import { createMemoryStore, MemoryBroker } from '../memory/index.js';
import { integrationDecoder, IntegrationEvent, topic } from '../messaging/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Messaging } from './messaging.js';

@IntegrationEvent('house.bell.rung.v1')
class BellRungV1 {
  room: string;
}

const bells = topic('house.bell.events.v1', [BellRungV1]);

describe('messaging', () => {
  let clock: ManualClock;
  let broker: MemoryBroker;
  let messaging: Messaging;
  let errors: string[];

  beforeEach(() => {
    clock = new ManualClock();
    broker = new MemoryBroker({ clock });
    errors = [];
    vi.spyOn(Logger.prototype, 'error').mockImplementation((message: string) => void errors.push(message));
    const { inbound, logs, deadLetters } = createMemoryStore({ clock });
    const runtime = { broker, inbound, logs, deadLetters, service: 'house', clock, ids: systemIds };
    messaging = new Messaging({ runtime, produced: [bells], consumed: [bells], decoder: integrationDecoder([bells]) });
  });

  afterEach(async () => {
    await messaging.stop();
    await messaging.ended();
    vi.restoreAllMocks();
  });

  it('is tried again after an error nobody foresaw, and is degraded until it is up', async () => {
    const ensureTopics = vi.spyOn(broker, 'ensureTopics');
    ensureTopics.mockRejectedValueOnce(new TypeError('secret.host: no such thing'));
    const consume = vi.spyOn(broker, 'consume');
    consume.mockRejectedValueOnce(new Error('group is not ready'));
    messaging.start();
    await clock.advance(0);
    expect(messaging.health()).toMatchObject({ status: 'degraded' });
    expect(messaging.health().detail).not.toContain('secret.host');
    expect(errors[0]).toContain('secret.host: no such thing');
    await clock.until(() => messaging.health().status === 'up', 10_000);
    expect(ensureTopics).toHaveBeenCalledTimes(3);
    expect(consume).toHaveBeenCalledTimes(2);
    await broker.publish([{ topic: bells.topic, key: 'k', headers: {}, value: Buffer.from('{}') }]);
    await clock.until(async () => (await broker.lag('house', [bells.topic]))[0]!.messages === 0, 10_000);
  });

  it('stops on a configuration error, and stays degraded although the broker is up', async () => {
    await broker.ensureTopics([{ name: bells.topic, partitions: bells.partitions + 1 }]);
    messaging.start();
    await clock.advance(600_000);
    expect(broker.health().status).toBe('up');
    expect(messaging.health()).toMatchObject({ status: 'degraded' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(bells.topic);
  });

  it('is degraded before it has started, and while the broker is away', async () => {
    expect(messaging.health().status).toBe('degraded');
    messaging.start();
    await clock.until(() => messaging.health().status === 'up');
    broker.unavailable(true);
    expect(messaging.health()).toEqual(broker.health());
  });

  it('ends at once when it is stopped while it waits for its next attempt', async () => {
    vi.spyOn(broker, 'ensureTopics').mockRejectedValue(new UnavailableError('The broker'));
    messaging.start();
    await clock.advance(5_000);
    await messaging.stop();
    await messaging.ended();
    expect(messaging.health().status).toBe('degraded');
  });

  it('leaves no consumer behind when it is stopped while it joins its group', async () => {
    let join: () => void = () => undefined;
    const stop = vi.fn<() => Promise<void>>(() => Promise.resolve());
    vi.spyOn(broker, 'consume').mockImplementation(() => new Promise((resolve) => (join = () => resolve({ stop }))));
    messaging.start();
    await clock.advance(0);
    const stopped = messaging.stop();
    await clock.advance(0);
    join();
    await stopped;
    await messaging.ended();
    expect(stop).toHaveBeenCalled();
  });
});
