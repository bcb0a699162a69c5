// Who closes, in which role, on which version.
import { beforeEach, describe, expect, it } from 'vitest';
import { AggregateNotFoundError, MessageContext, type AggregateStore } from '@app/event-store/core';
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

/** As the door does, which knows the role that opened it and not the crate load. */
const close = (by: Actor | 'follow-up', expectedVersion?: number, id = crateLoadId) =>
  MessageContext.run(new MessageContext({ correlationId: 'c', actor: 'whoever:door' }), () =>
    new CloseCrateLoadHandler(crateLoads).execute(new CloseCrateLoad(id, 'Done.', by, expectedVersion)),
  );

const last = async () => (await crateLoads.history(crateLoadId)).at(-1)!;

describe('closing a crate load', () => {
  it.each<[string, Actor, string]>([
    ['who opened it', alice, 'customer'],
    ['who opened it and is also an operator', { id: 'alice', operator: true }, 'customer'],
    ['an operator', { id: 'otto', operator: true }, 'operator'],
  ])('%s does it in one role, which event and metadata agree on', async (_who, by, role) => {
    await close(by);
    expect(await last()).toMatchObject({
      data: { reason: 'Done.', by: role },
      metadata: { actor: `${role}:${by.id}`, correlationId: 'c' },
    });
  });

  it('by the follow-up is the system’s doing', async () => {
    await close('follow-up');
    expect((await last()).data).toEqual({ reason: 'Done.', by: 'system' });
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
