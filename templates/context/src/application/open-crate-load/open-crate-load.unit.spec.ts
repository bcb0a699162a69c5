// Opening: once, whoever asks and however often.
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '@app/event-store/memory';
import { CrateLoad } from '../../domain/crate-load.js';
import { OpenCrateLoad } from './open-crate-load.command.js';
import { OpenCrateLoadHandler } from './open-crate-load.handler.js';

const crateLoadId = '0198c0de-0000-7000-8000-000000000001';

describe('opening a crate load', () => {
  it('makes one, and refuses to make it again', async () => {
    const crateLoads = createMemoryStore().aggregates(CrateLoad);
    const handler = new OpenCrateLoadHandler(crateLoads);
    const command = new OpenCrateLoad(crateLoadId, 'The first one', 'alice');
    expect(await handler.execute(command)).toMatchObject({ version: 1 });
    expect((await crateLoads.load(crateLoadId)).state).toMatchObject({ status: 'open', openedBy: 'alice' });
    await expect(handler.execute(command)).rejects.toMatchObject({ name: 'AggregateAlreadyExistsError' });
  });
});
