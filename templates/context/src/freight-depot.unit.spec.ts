// The freight depot context in memory, as Nest builds it: from a message over the follow-up to what other contexts hear.
import { Logger, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CrateLoadClosedV1,
  CrateLoadOpenedV1,
  CrateLoadRequestedV1,
  freightDepotEvents,
  freightDepotRequests,
} from '../../contracts/index.js';
import { CommandBus, EventStoreModule } from '@app/event-store';
import { EventStoreTesting, minutes } from '@app/event-store/testing';
import { CloseCrateLoad } from './application/close-crate-load/close-crate-load.command.js';
import { CloseCrateLoadHandler } from './application/close-crate-load/close-crate-load.handler.js';
import { CrateLoadFollowUpConfig } from './application/crate-load-follow-up/crate-load-follow-up.config.js';
import { CrateLoadFollowUp } from './application/crate-load-follow-up/crate-load-follow-up.process.js';
import { FreightDepotSaga } from './application/freight-depot.saga.js';
import { OpenCrateLoadHandler } from './application/open-crate-load/open-crate-load.handler.js';
import { consumes } from './context.js';
import { CrateLoadClosed, CrateLoadOpened } from './domain/crate-load.events.js';
import { CrateLoad } from './domain/crate-load.js';
import { FreightDepotPublisher } from './infrastructure/freight-depot.publisher.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const message = new CrateLoadRequestedV1(id, 'The first one');
const opened = new CrateLoadOpened('The first one');

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [CrateLoad],
      processes: [CrateLoadFollowUp],
      providers: [{ provide: CrateLoadFollowUpConfig, useValue: new CrateLoadFollowUpConfig(minutes(15)) }],
      publishers: [FreightDepotPublisher],
      consumes,
    }),
  ],
  providers: [CloseCrateLoadHandler, FreightDepotSaga, OpenCrateLoadHandler],
})
class InMemoryModule {}

describe('a crate load, through its whole context', () => {
  let module: TestingModule;
  let store: EventStoreTesting;

  beforeEach(async () => {
    vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    module = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), InMemoryModule] }).compile();
    await module.init();
    store = EventStoreTesting.of(module);
    await store.receive(freightDepotRequests, message, { key: id });
  });
  afterEach(async () => {
    await module.close();
    vi.restoreAllMocks();
  });

  it('is opened by a message, once however often it comes, and everybody hears of it', async () => {
    await store.receive(freightDepotRequests, message, { key: id });
    expect(await store.history(`crate_load-${id}`)).toEqual([opened]);
    expect(await store.published(freightDepotEvents)).toEqual([new CrateLoadOpenedV1(id)]);
  });

  it('is closed by the follow-up when nobody does in time', async () => {
    await store.pass(minutes(14));
    expect(await store.history(`crate_load-${id}`)).toEqual([opened]);
    await store.pass(minutes(1));
    const closed = new CrateLoadClosed('nobody closed it in time', 'system');
    expect(await store.history(`crate_load-${id}`)).toEqual([opened, closed]);
    expect(await store.published(freightDepotEvents)).toContainEqual(new CrateLoadClosedV1(id, 'system'));
  });

  it('is left alone by the follow-up once somebody has closed it', async () => {
    await module.get(CommandBus).execute(new CloseCrateLoad(id, 'Done.', { id: 'otto', operator: true }));
    await store.pass(minutes(30));
    expect(await store.history(`crate_load-${id}`)).toEqual([opened, new CrateLoadClosed('Done.', 'operator')]);
  });
});
