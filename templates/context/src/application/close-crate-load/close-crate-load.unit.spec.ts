// Who closes, in which role, on which version.
import { beforeEach, describe, expect, it } from 'vitest';
import { AggregateNotFoundError, type AggregateStore } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { CrateLoad } from '../../domain/crate-load.js';
import type { Actor } from '../actor.js';
import { CloseCrateLoad } from './close-crate-load.command.js';
import { CloseCrateLoadHandler } from './close-crate-load.handler.js';

const crateLoadId = '0198c0de-0000-7000-8000-000000000001';
const alice = { id: 'alice', operator: false };

let crateLoads: AggregateStore<CrateLoad>;

beforeEach(async () => {
  crateLoads = createMemoryStore().aggregates(CrateLoad);
  await crateLoads.create(crateLoadId, (crateLoad) => crateLoad.open('The first one', 'alice'));
});

const close = (by: Actor | 'follow-up', expectedVersion?: number, id = crateLoadId) =>
  new CloseCrateLoadHandler(crateLoads).execute(new CloseCrateLoad(id, 'Done.', by, expectedVersion));

describe('closing a crate load', () => {
  it.each<[string, Actor | 'follow-up', string]>([
    ['who opened it', alice, 'customer'],
    ['who opened it and is also an operator', { id: 'alice', operator: true }, 'customer'],
    ['an operator', { id: 'otto', operator: true }, 'operator'],
    ['the follow-up', 'follow-up', 'system'],
  ])('%s does it in one role', async (_who, by, role) => {
    await close(by);
    expect((await crateLoads.history(crateLoadId)).at(-1)?.data).toEqual({ reason: 'Done.', by: role });
  });

  it('is nothing for others: to them it does not exist, whatever its version', async () => {
    const mallory = { id: 'mallory', operator: false };
    await expect(close(mallory, 7)).rejects.toBeInstanceOf(AggregateNotFoundError);
    await expect(close('follow-up', undefined, mallory.id)).rejects.toBeInstanceOf(AggregateNotFoundError);
  });

  it('happens only on the version that was expected', async () => {
    await expect(close(alice, 2)).rejects.toMatchObject({ name: 'VersionMismatchError', actual: 1 });
    expect(await close(alice, 1)).toMatchObject({ version: 2 });
  });
});
