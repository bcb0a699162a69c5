// Old keys are forgotten in the background, in small batches, as long as the service runs, whatever goes wrong in between.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventStoreRuntime } from '@app/event-store';
import { systemClock, UnavailableError } from '@app/event-store/core';
import { MovableClock } from '../../../event-store/src/memory/index.js';
import { RequestKeys } from './request-keys.js';

const TTL_MS = 3_600_000;

describe('keys of requests', () => {
  const clock = new MovableClock();
  const commandOf = vi.fn<(key: string) => Promise<string>>((key) => Promise.resolve(`command of ${key}`));
  const prune = vi.fn<(ttlMs: number, limit: number) => Promise<number>>();
  const runtime = { idempotencyKeys: { commandOf, prune }, clock } as unknown as EventStoreRuntime;
  let keys: RequestKeys;
  const start = () => {
    keys = new RequestKeys(TTL_MS, runtime);
    keys.onApplicationBootstrap();
  };
  const asked = (times: number) => vi.waitUntil(() => prune.mock.calls.length >= times);
  beforeEach(() => {
    prune.mockReset().mockResolvedValue(0);
  });
  afterEach(() => keys.beforeApplicationShutdown());

  it('last as long as the service is set to', async () => {
    start();
    expect(await keys.commandOf('k')).toBe('command of k');
    expect(commandOf).toHaveBeenCalledExactlyOnceWith('k', TTL_MS);
  });

  it('are forgotten batch by batch while there are full ones, then once a minute', async () => {
    prune.mockResolvedValueOnce(500).mockResolvedValueOnce(500).mockResolvedValue(3);
    start();
    await asked(3);
    expect(prune).toHaveBeenLastCalledWith(TTL_MS, 500);
    clock.advance(59_000);
    expect(prune).toHaveBeenCalledTimes(3);
    clock.advance(1_000);
    await asked(4);
    expect(prune).toHaveBeenCalledTimes(4);
  });

  it('are forgotten later where the database could not be reached', async () => {
    prune.mockRejectedValueOnce(new UnavailableError('PostgreSQL', new Error('gone')));
    start();
    await asked(1);
    await systemClock.sleep(0);
    clock.advance(60_000);
    await asked(2);
    expect(prune).toHaveBeenCalledTimes(2);
  });

  it('are let be once the service stops, at once also in the middle of a pause', async () => {
    start();
    await asked(1);
    await keys.beforeApplicationShutdown();
    clock.advance(600_000);
    expect(prune).toHaveBeenCalledTimes(1);
  });

  it('do not hold up the stop of a service whose database says nothing', async () => {
    prune.mockReturnValue(new Promise(() => undefined));
    start();
    await asked(1);
    const stopped = keys.beforeApplicationShutdown();
    await systemClock.sleep(0);
    clock.advance(1_000);
    await expect(stopped).resolves.toBeUndefined();
  });

  it('are never over where there is no event store', async () => {
    keys = new RequestKeys(TTL_MS);
    keys.onApplicationBootstrap();
    expect(await keys.commandOf('k')).toBe('k');
  });
});
