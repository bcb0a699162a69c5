// What boot refuses, and what it lets pass with a warning.
import { Inject, Injectable, Logger, Module, Scope, type DynamicModule, type Type } from '@nestjs/common';
import { EventsHandler } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Aggregate,
  ConfigurationError,
  Event,
  EventSourcedAggregate,
  When,
  type SubscriptionStatus,
} from '../core/index.js';
import { IntegrationEvent, Publish, Publisher, topic } from '../messaging/index.js';
import { On, type SubscriptionDefinition } from '../subscriptions/index.js';
import { checkOwners } from './boot-checks.js';
import { Projection } from './decorators/projection.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import type { FeatureOptions } from './feature.js';

@Event('door.opened')
class DoorOpened {}

@Aggregate('door')
class Door extends EventSourcedAggregate<{ open: boolean }> {
  state = { open: false };

  @When(DoorOpened)
  protected opened(): void {
    this.state = { open: true };
  }
}

@IntegrationEvent('house.door.opened.v1')
class DoorOpenedV1 {}

const doors = topic('house.door.events.v1', [DoorOpenedV1]);

@Injectable({ scope: Scope.REQUEST })
class CurrentUser {}

/** Request-scoped through what it injects, which is how it happens. */
@EventsHandler(DoorOpened)
class ScopedHandler {
  constructor(@Inject(CurrentUser) readonly user: CurrentUser) {}
  handle(): void {}
}

@Projection('doors', { version: 1 })
class ScopedProjection {
  constructor(@Inject(CurrentUser) readonly user: CurrentUser) {}
  @On(DoorOpened)
  opened(): void {}
}

@Publisher(doors, { key: () => 'door' })
class ScopedPublisher {
  constructor(@Inject(CurrentUser) readonly user: CurrentUser) {}
  @Publish(DoorOpened)
  opened(): DoorOpenedV1 {
    return new DoorOpenedV1();
  }
}

beforeAll(() => Logger.overrideLogger(false));

describe('boot', () => {
  const boot = async (providers: (new (...args: never[]) => object)[], ...features: FeatureOptions[]) => {
    @Module({ providers: [CurrentUser], exports: [CurrentUser] })
    class UserModule {}
    const imports: (DynamicModule | Type)[] = [EventStoreModule.forTesting(), UserModule];
    for (const options of [{ aggregates: [Door] }, ...features]) {
      const feature = EventStoreModule.forFeature(options);
      imports.push({ ...feature, imports: [UserModule] });
    }
    const app = await Test.createTestingModule({ imports, providers }).compile();
    await app.init();
    await app.close();
  };

  it('refuses an event handler that is request-scoped', async () => {
    await expect(boot([ScopedHandler])).rejects.toThrow(/@EventsHandler ScopedHandler is request-scoped/);
  });

  it('refuses a projection that is request-scoped', async () => {
    await expect(boot([], { projections: [ScopedProjection] })).rejects.toThrow(
      /@Projection ScopedProjection is request-scoped/,
    );
  });

  it('refuses a publisher that is request-scoped', async () => {
    await expect(boot([], { publishers: [ScopedPublisher] })).rejects.toThrow(
      /@Publisher ScopedPublisher is request-scoped/,
    );
  });

  it('refuses a topic that two features consume, before anything has started', async () => {
    await expect(boot([], { consumes: [doors] }, { consumes: [doors] })).rejects.toThrow(
      /house\.door\.events\.v1 is listed twice/,
    );
  });
});

describe('a checkpoint that no subscription of this build owns', () => {
  const now = new Date('2030-01-01T00:00:00Z');
  const checkpoint = (leasedUntil?: Date): SubscriptionStatus => ({
    name: 'Renamed',
    log: 'events',
    cursor: { epoch: 'e', position: 7n },
    owner: leasedUntil && 'order-service/other',
    leaseEpoch: 1n,
    leasedUntil,
  });
  const definitions: SubscriptionDefinition[] = [];

  it('fails the boot and says how to mend it, also after a rollback', () => {
    for (const status of [checkpoint(), checkpoint(new Date(now.getTime() - 1))]) {
      const check = () => checkOwners([status], definitions, [], now);
      expect(check).toThrow(ConfigurationError);
      expect(check).toThrow(/stable name 'Renamed'.*rolled back.*retired/);
    }
  });

  it('is let pass with a warning while another process works on it, as during a rolling deploy', () => {
    const sentences = checkOwners([checkpoint(new Date(now.getTime() + 5_000))], definitions, [], now);
    expect(sentences).toEqual([expect.stringMatching(/order-service\/other works on it now.*refuses to boot/)]);
  });

  it('is let pass in silence once it is retired', () => {
    expect(checkOwners([checkpoint()], definitions, ['Renamed'], now)).toEqual([]);
  });
});

describe('a publisher with another number of shards', () => {
  const now = new Date('2030-01-01T00:00:00Z');
  const checkpoint = (name: string): SubscriptionStatus => ({
    name,
    log: 'events',
    cursor: { epoch: 'e', position: 7n },
    owner: undefined,
    leaseEpoch: 1n,
    leasedUntil: undefined,
  });
  const former = ['DoorPublisher', 'DoorPublisher/0-of-2', 'DoorPublisher/1-of-2'].map(checkpoint);

  it('owns the checkpoints of all former numbers', () => {
    const shard = { name: 'DoorPublisher/0-of-3', log: 'events', delivery: 'batch', divisible: true };
    expect(checkOwners(former, [shard as SubscriptionDefinition], [], now)).toEqual([]);
  });

  it('is retired with all of them by its name', () => {
    expect(() => checkOwners(former, [], [], now)).toThrow(/list 'DoorPublisher'/);
    expect(checkOwners(former, [], ['DoorPublisher'], now)).toEqual([]);
  });
});

describe('a projection with another number of segments', () => {
  const now = new Date('2030-01-01T00:00:00Z');
  const checkpoint = (name: string, leasedUntil?: Date): SubscriptionStatus => ({
    name,
    log: 'events',
    cursor: { epoch: 'e', position: 7n },
    owner: leasedUntil && 'order-service/other',
    leaseEpoch: 1n,
    leasedUntil,
  });
  const build = (...names: string[]) => names.map((name) => ({ name, log: 'events' }) as SubscriptionDefinition);
  const divided = build('doors@v2/0-of-2', 'doors@v2/1-of-2');

  it.each([
    ['doors@v2', divided, /in 1 segments, and this build has 2/],
    ['doors@v2/3-of-4', divided, /in 4 segments, and this build has 2.*Raise its version/],
    ['doors@v2/1-of-2', build('doors@v2'), /in 2 segments, and this build has 1/],
  ])('is refused beside the checkpoint %s, also while another process works on that', (name, definitions, sentence) => {
    for (const status of [checkpoint(name), checkpoint(name, new Date(now.getTime() + 5_000))]) {
      const check = () => checkOwners([status], definitions, [], now);
      expect(check).toThrow(ConfigurationError);
      expect(check).toThrow(sentence);
    }
  });

  it('is another projection when its version is another one', () => {
    const older = [checkpoint('doors@v1'), checkpoint('doors@v1/0-of-4'), checkpoint('doors@v3/0-of-8')];
    expect(checkOwners([...older, checkpoint('doors@v2/1-of-2')], divided, [], now)).toEqual([]);
  });

  it.each([0, -1, 1.5, 65, Number.NaN])('cannot have %s of them', (segments) => {
    expect(() => Projection('doors', { version: 1, segments })).toThrow(/whole number from 1 to 64/);
  });

  it('has none when it is inline', () => {
    expect(() => Projection('doors', { version: 1, inline: true, segments: 2 })).toThrow(/leave segments out/);
  });
});
