// The keys: how they are wrapped, for how long a process trusts what it has seen, and what is said when one is missing.
import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  ConfigurationError,
  EventRegistry,
  systemClock,
  UnreadablePersonalDataError,
  type LogRecord,
  type SettledLog,
} from '../core/index.js';
import { createMemoryStore } from '../memory/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import {
  LetterSent,
  LetterWritten,
  letterEvents,
  processOn,
  written,
} from '../testing/contracts/personal-data.support.js';
import { LocalKeyWrapping } from './local-key-wrapping.js';
import { PersonalLog } from './personal-log.js';
import { KEY_TTL_MS, SubjectKeys } from './subject-keys.js';
import { PersonalDataVault } from './vault.js';

const [old, fresh] = [randomBytes(32), randomBytes(32)];

describe('a master key', () => {
  it('opens what it wrapped, for whom it wrapped it, also as a former one', async () => {
    const { key, wrapped } = await new LocalKeyWrapping([old]).newKey('alice');
    expect(Buffer.from(wrapped.bytes).includes(Buffer.from(key))).toBe(false);
    const rotated = new LocalKeyWrapping([fresh, old]);
    expect(await rotated.unwrap(wrapped, 'alice')).toEqual(key);
    expect((await rotated.newKey('alice')).wrapped.masterKey).not.toBe(wrapped.masterKey);
    await expect(rotated.unwrap(wrapped, 'bob')).rejects.toThrow(UnreadablePersonalDataError);
    await expect(new LocalKeyWrapping([fresh]).unwrap(wrapped, 'alice')).rejects.toThrow(
      `their key was wrapped by the master key ${wrapped.masterKey}`,
    );
  });

  it('has 32 bytes', () => {
    expect(() => new LocalKeyWrapping([])).toThrow(ConfigurationError);
    expect(() => new LocalKeyWrapping([fresh, randomBytes(16)])).toThrow(ConfigurationError);
  });

  it('has to be there where events have personal fields, and nowhere else', async () => {
    const { subjectKeys: store } = createMemoryStore();
    const vaultOf = (registry: EventRegistry) => new PersonalDataVault({ store, registry, clock: systemClock });
    expect(() => vaultOf(letterEvents).check()).toThrow(
      /letter\.written has personal fields, .* Set PERSONAL_DATA_KEY/,
    );
    expect(() => vaultOf(new EventRegistry().register(LetterSent)).check()).not.toThrow();
    await expect(vaultOf(letterEvents).seal('letter-1', 1, [written('alice', 'x')])).rejects.toThrow(
      ConfigurationError,
    );
  });
});

describe('a key in use', () => {
  const setup = () => {
    const clock = new ManualClock();
    const { subjectKeys: store } = createMemoryStore();
    return { clock, store, keys: new SubjectKeys({ store, clock, wrapping: new LocalKeyWrapping([fresh]) }) };
  };

  it('is looked for once in a while, so that it is soon missed', async () => {
    const { clock, store, keys } = setup();
    const find = vi.spyOn(store, 'find');
    await keys.forWriting(['alice']);
    await clock.advance(KEY_TTL_MS - 1);
    await store.destroy('alice');
    expect((await keys.find(['alice'])).get('alice')).toBeDefined();
    expect(find).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(await keys.find(['alice'])).toEqual(new Map([['alice', undefined]]));
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('is soon missed also where the clock of the process was put back', async () => {
    const { store } = setup();
    let now = Date.UTC(2030, 0, 1);
    const clock = { ...systemClock, now: () => new Date(now) };
    const keys = new SubjectKeys({ store, clock, wrapping: new LocalKeyWrapping([fresh]) });
    await keys.forWriting(['alice']);
    await store.destroy('alice');
    now -= 3_600_000;
    expect(await keys.find(['alice'])).toEqual(new Map([['alice', undefined]]));
  });

  it('is as old as the question that it answers, however long the answer takes', async () => {
    const { clock, store, keys } = setup();
    await keys.forWriting(['alice']);
    await clock.advance(KEY_TTL_MS);
    const rows = await store.find(['alice']);
    vi.spyOn(store, 'find').mockImplementationOnce(async () => {
      await clock.advance(KEY_TTL_MS);
      return rows;
    });
    await keys.find(['alice']);
    await store.destroy('alice');
    expect((await keys.find(['alice'])).get('alice')).toBeUndefined();
  });

  it('is forgotten for others, where there are too many', async () => {
    const { store, keys } = setup();
    await keys.forWriting(Array.from({ length: 1_001 }, (_, index) => `person-${index}`));
    const find = vi.spyOn(store, 'find');
    await keys.find(['person-1000', 'person-0']);
    expect(find).toHaveBeenCalledExactlyOnceWith(['person-0']);
  });
});

describe('a key that is gone without a tombstone', () => {
  it('is an error: nobody forgot that person', async () => {
    const store = createMemoryStore();
    const { events } = processOn(store, fresh);
    await events.append({ stream: 'letter-1', expected: 'no-stream', events: [written('alice', 'x')] });
    const elsewhere = processOn({ ...store, subjectKeys: createMemoryStore().subjectKeys }, fresh);
    const read = elsewhere.events.readStream('letter-1');
    await expect(read).rejects.toThrow('there is no key of alice, and no note that it was destroyed');
  });
});

describe('the log', () => {
  it('gives what cannot be opened as a record that fails by itself', async () => {
    const store = createMemoryStore();
    const { events, vault } = processOn(store, fresh);
    const stream = 'letter-1';
    await events.append({ stream, expected: 'no-stream', events: [written('alice', 'good')] });
    const { data } = (await store.events.readStream(stream))[0]!;
    await store.events.append({ stream: 'letter-2', expected: 'any', events: [{ ...written('alice', ''), data }] });
    const log: SettledLog = new PersonalLog(store.logs.events, vault);
    const [good, bad] = (await log.read(await log.beginning(), 10)) as [LogRecord, LogRecord];
    expect(letterEvents.decode(good)).toMatchObject({ text: 'good' } satisfies Partial<LetterWritten>);
    expect([bad.key, bad.version]).toEqual(['letter-2', 1]);
    expect(() => letterEvents.decode({ ...bad })).toThrow(UnreadablePersonalDataError); // also as a copy
    expect(() => letterEvents.decode(bad)).toThrow(UnreadablePersonalDataError);
    expect(await log.readAt(good.position)).toMatchObject({ data: { text: 'good' } });
  });
});
