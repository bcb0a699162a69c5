// What is shown of a crate load, and to whom.
import { beforeEach, describe, expect, it } from 'vitest';
import type { AggregateStore } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { CrateLoad } from '../../domain/crate-load.js';
import { GetCrateLoadHandler } from './get-crate-load.handler.js';
import { GetCrateLoad } from './get-crate-load.query.js';

const mine = '0198c0de-0000-7000-8000-000000000001';
const nobodys = '0198c0de-0000-7000-8000-000000000002';
const alice = { id: 'alice', operator: false };
const mallory = { id: 'mallory', operator: false };
const otto = { id: 'otto', operator: true };

let crateLoads: AggregateStore<CrateLoad>;

beforeEach(async () => {
  crateLoads = createMemoryStore().aggregates(CrateLoad);
  await crateLoads.create(mine, (crateLoad) => crateLoad.open('The first one', 'alice'));
  await crateLoads.update(mine, (crateLoad) => crateLoad.close('Done.', 'customer'));
  await crateLoads.create(nobodys, (crateLoad) => crateLoad.open('Asked for by a message'));
});

const get = (id: string, actor: { id: string; operator: boolean }) =>
  new GetCrateLoadHandler(crateLoads).execute(new GetCrateLoad(id, actor));

describe('getting a crate load', () => {
  it('shows it as it is now to who opened it', async () => {
    const [first, last] = await crateLoads.history(mine);
    expect(await get(mine, alice)).toEqual({
      crateLoadId: mine,
      subject: 'The first one',
      openedBy: 'alice',
      status: 'closed',
      closeReason: 'Done.',
      version: 2,
      openedAt: first?.occurredAt,
      updatedAt: last?.occurredAt,
    });
  });

  it('shows all to operators, and to others nothing that is not theirs', async () => {
    expect(await get(mine, otto)).toMatchObject({ crateLoadId: mine });
    expect(await get(nobodys, otto)).toMatchObject({ crateLoadId: nobodys, status: 'open' });
    await expect(get(mine, mallory)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(get(nobodys, alice)).rejects.toMatchObject({ kind: 'not-found' });
  });
});
