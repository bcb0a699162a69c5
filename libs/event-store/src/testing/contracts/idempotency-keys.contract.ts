// What the keys of callers keep, whatever they are stored in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemIds, type EventStore, type IdempotencyKeys } from '../../core/index.js';
import { appendTo, commandOn, newStream } from './event-store.support.js';

export interface KeysUnderContract {
  readonly keys: IdempotencyKeys;
  readonly store: EventStore;
  /** Everything that is recorded becomes so many milliseconds older. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

export function describeIdempotencyKeys(name: string, open: () => Promise<KeysUnderContract>): void {
  describe(`${name} as idempotency keys`, () => {
    let subject: KeysUnderContract;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const commandOf = (key: string, ttlMs = DAY_MS) => subject.keys.commandOf(key, ttlMs);
    const use = async (key: string) => {
      const [stream, id] = [newStream(), await commandOf(key)];
      await subject.store.append(appendTo(stream, { command: commandOn(stream, { id }) }));
      return id;
    };

    it('a key stands for the command of its own id until that has been recorded for its time', async () => {
      const key = systemIds.next();
      expect(await commandOf(key)).toBe(key);
      await subject.pass(2 * DAY_MS); // nothing was recorded of it
      expect(await use(key)).toBe(key);
      await subject.pass(DAY_MS - 60_000);
      expect(await commandOf(key)).toBe(key);
    });

    it('after that it stands for another one, for as long again, and then for a third', async () => {
      const key = systemIds.next();
      await use(key);
      await subject.pass(DAY_MS + 1_000);
      const second = await use(key);
      expect(second).not.toBe(key);
      await subject.pass(DAY_MS - 60_000);
      expect(await commandOf(key)).toBe(second);
      await subject.pass(61_000);
      const third = await commandOf(key);
      expect([key, second]).not.toContain(third);
      expect(await commandOf(key)).toBe(third);
    });

    it('the other one counts from when its outcome was recorded, and not from when it was first asked for', async () => {
      const key = systemIds.next();
      await use(key);
      await subject.pass(DAY_MS + 1_000);
      const second = await commandOf(key); // and nothing comes of it for nearly a day
      await subject.pass(DAY_MS - 60_000);
      expect(await use(key)).toBe(second);
      await subject.pass(120_000);
      expect(await commandOf(key)).toBe(second);
      while ((await subject.keys.prune(DAY_MS, 100)) > 0);
      expect(await commandOf(key)).toBe(second);
      await subject.pass(DAY_MS);
      expect([key, second]).not.toContain(await commandOf(key));
    });

    it('a refusal that was recorded counts, too', async () => {
      const [key, stream] = [systemIds.next(), newStream()];
      const rejection = { code: 'account.closed', kind: 'conflict', message: 'The account is closed.' } as const;
      await subject.store.recordCommand(commandOn(stream, { id: key }), { outcome: 'rejected', rejection });
      await subject.pass(DAY_MS + 1_000);
      expect(await commandOf(key)).not.toBe(key);
    });

    it('all who use an old key again at the same time get the same command', async () => {
      const key = systemIds.next();
      await use(key);
      await subject.pass(DAY_MS + 1_000);
      const commands = await Promise.all(Array.from({ length: 50 }, () => commandOf(key)));
      expect(new Set(commands).size).toBe(1);
      expect(commands[0]).not.toBe(key);
    });

    it('forgets what is old in batches, nothing that still counts, and never goes back to a command of before', async () => {
      await subject.pass(10 * DAY_MS);
      while ((await subject.keys.prune(DAY_MS, 100)) > 0);
      const keys = Array.from({ length: 5 }, () => systemIds.next());
      for (const key of keys) await use(key);
      await subject.pass(DAY_MS + 1_000);
      const seconds = await Promise.all(keys.map(use));
      await subject.pass(DAY_MS - 60_000);
      const young = systemIds.next();
      await use(young);
      expect(await subject.keys.prune(DAY_MS, 100)).toBe(0);
      expect(await commandOf(keys[0]!)).toBe(seconds[0]);
      await subject.pass(61_000);
      const pruned = await Promise.all([subject.keys.prune(DAY_MS, 2), subject.keys.prune(DAY_MS, 2)]);
      expect(Math.max(...pruned)).toBe(2);
      while ((await subject.keys.prune(DAY_MS, 2)) > 0);
      const thirds = await Promise.all(keys.map((key) => commandOf(key)));
      for (const third of thirds) expect([...keys, ...seconds]).not.toContain(third);
      expect(await commandOf(young)).toBe(young);
    });
  });
}
