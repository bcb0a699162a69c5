// What health hears of subscriptions that do not do their work.
import { Module } from '@nestjs/common';
import { EventsHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event, LogEpochMismatchError, UnavailableError } from '../core/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

@Event('door.opened')
class DoorOpened {}

@EventsHandler(DoorOpened)
class Doorman {
  handle(): void {}
}

@Module({ imports: [EventStoreModule.forFeature({ events: [DoorOpened] })], providers: [Doorman] })
class DoorModule {}

describe('what health hears of the subscriptions of a process', () => {
  let clock: ManualClock;
  let app: TestingModule;
  let host: SubscriptionHost;
  let runtime: EventStoreRuntime;

  beforeEach(async () => {
    clock = new ManualClock();
    app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting({ clock }), DoorModule] })
      .setLogger({ log() {}, warn() {}, error() {} })
      .compile();
    await app.init();
    host = app.get(SubscriptionHost);
    runtime = app.get(EVENT_STORE_RUNTIME);
  });

  it.each([
    ['fails', () => Promise.reject(new UnavailableError('PostgreSQL')), /^Doorman backing-off$/],
    [
      'is another one than before',
      () => Promise.reject(new LogEpochMismatchError('events', 'a', 'b')),
      /^Doorman stopped$/,
    ],
    ['does not answer', () => new Promise<never>(() => undefined), /^Doorman without progress for \d+ s$/],
  ])('names the one whose log %s', async (_what, read, sentence) => {
    expect(host.unwell()).toEqual([]);
    runtime.logs.events.encrypted!.readPage = read;
    await clock.until(() => host.unwell().length > 0, 120_000);
    expect(host.unwell()).toEqual([expect.stringMatching(sentence)]);
    await Promise.all([app.close(), clock.advance(60_000)]);
  });

  it('is nothing once the process is asked to stop', async () => {
    expect(host.unwell()).toEqual([]);
    await app.close();
    expect(host.statuses().map(({ state }) => state)).toContain('ended');
    expect(host.unwell()).toEqual([]);
  });

  it('names one that has ended although nobody asked it to', async () => {
    await (host as unknown as { subscriptions: { stop(): Promise<void> } }).subscriptions.stop();
    expect(host.unwell()).toContain('Doorman ended');
    await app.close();
  });

  afterEach(() => app.close());
});
