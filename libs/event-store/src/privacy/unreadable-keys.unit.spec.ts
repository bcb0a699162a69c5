// One key that cannot be unwrapped holds back whose it is, and nobody else; where no key can be, everybody waits.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  orElse,
  systemIds,
  UnavailableError,
  type KeyWrapping,
  type LogRecord,
  type SubjectKeyStore,
} from '../core/index.js';
import { LiveTail, type SubscriptionDefinition } from '../subscriptions/index.js';
import { LetterWritten, letterEvents, written } from '../testing/contracts/personal-data.support.js';
import { SubscriptionLab, transactional } from '../testing/subscription-lab.js';
import { LocalKeyWrapping } from './local-key-wrapping.js';
import { withPersonalData } from './personal-event-store.js';
import { PersonalLog } from './personal-log.js';
import { PersonalDataVault } from './vault.js';

const DELIVERIES = ['transactional', 'concurrent', 'batch'] as const;

describe.each(DELIVERIES)('with %s delivery, a key that cannot be unwrapped', (delivery) => {
  let lab: SubscriptionLab;
  let read: string[];
  let wrapping: KeyWrapping;
  /** What the port says about a subject, instead of its key. */
  let trouble: (subject: string) => Error | undefined;

  beforeEach(async () => {
    lab = new SubscriptionLab();
    read = [];
    const local = new LocalKeyWrapping([randomBytes(32)]);
    wrapping = {
      newKey: (subject) => local.newKey(subject),
      unwrap(wrapped, subject) {
        const error = trouble(subject);
        return error ? Promise.reject(error) : local.unwrap(wrapped, subject);
      },
    };
    trouble = () => undefined;
    const { events, subjectKeys } = lab.store;
    const store = withPersonalData(events, { vault: vaultOn(subjectKeys), clock: lab.clock, ids: systemIds });
    for (const [stream, author, text] of [
      ['letter-1', 'alice', 'a1'],
      ['letter-2', 'bob', 'b1'],
      ['letter-1', 'alice', 'a2'],
      ['letter-2', 'bob', 'b2'],
    ] as const) {
      await store.append({ stream, expected: 'any', events: [written(author, text)] });
    }
  });
  afterEach(() => lab.stop());

  /** Another process: it has no key in memory. */
  const vaultOn = (store: SubjectKeyStore) =>
    new PersonalDataVault({ store, wrapping, registry: letterEvents, clock: lab.clock });
  /** It looks seldom: hours have to pass in no time. */
  const runner = (store: SubjectKeyStore = lab.store.subjectKeys) => {
    const log = new PersonalLog(lab.store.logs.events, vaultOn(store));
    const tail = new LiveTail(log, lab.clock, { pollMs: 60_000 });
    return lab.runner(definition(), { tail, pollMs: 60_000, leaseTtlMs: 600_000 });
  };
  const readOne = (record: LogRecord) => {
    const { text } = letterEvents.decode(record) as LetterWritten;
    read.push(orElse(text, 'erased'));
  };
  const definition = (): SubscriptionDefinition => {
    const base = transactional(readOne, { name: 'letters', together: 1 });
    if (delivery === 'transactional') return base;
    if (delivery === 'concurrent') return { ...base, delivery, handle: async (record) => readOne(record) };
    const handleBatch = async (records: readonly LogRecord[]) =>
      records.flatMap((record) => {
        try {
          readOne(record);
          return [];
        } catch (error) {
          return [{ position: record.position, error }];
        }
      });
    return { ...base, delivery, handleBatch };
  };
  const aside = async () =>
    (await lab.store.parking.list()).map(({ key, status, reason }) => [key, status, reason.slice(0, 7)]);

  it('holds back the records of its subject, which are parked in the end, and come when it can be', async () => {
    trouble = (subject) => (subject === 'alice' ? new Error('access denied') : undefined);
    const running = runner();
    await lab.clock.until(() => running.status().position === 4n && read.length === 2);
    expect(read).toEqual(['b1', 'b2']);
    expect(running.status()).toMatchObject({ state: 'running', lastError: undefined });
    expect(await aside()).toEqual([
      ['letter-1', 'waiting', 'ES-1601'],
      ['letter-1', 'behind', ''],
    ]);
    await lab.clock.advance(1_800_000);
    expect(running.status().parked).toBe(0);
    await lab.clock.until(() => running.status().parked === 1, 7_200_000);
    expect((await lab.store.parking.list({ status: 'parked' }))[0]!.reason).toBe(
      'ES-1601: Personal data of alice cannot be read: their key cannot be unwrapped.',
    );
    trouble = () => undefined;
    await lab.store.parking.replay({ name: 'letters', log: 'events' }, 1n);
    await lab.clock.until(() => read.length === 4);
    expect(read).toEqual(['b1', 'b2', 'a1', 'a2']);
  });

  it('holds back nobody else when it was changed where it lies', async () => {
    const { subjectKeys } = lab.store;
    const changed: SubjectKeyStore = {
      create: (...row) => subjectKeys.create(...row),
      destroy: (subject) => subjectKeys.destroy(subject),
      find: async (subjects) =>
        (await subjectKeys.find(subjects)).map((row) =>
          row.subject === 'alice' && row.wrapped
            ? { ...row, wrapped: { ...row.wrapped, bytes: row.wrapped.bytes.map((byte) => byte ^ 1) } }
            : row,
        ),
    };
    const running = runner(changed);
    await lab.clock.until(() => running.status().position === 4n && read.length === 2);
    expect(read).toEqual(['b1', 'b2']);
    expect((await aside())[0]).toEqual(['letter-1', 'waiting', 'ES-1601']);
  });

  it('has everybody wait where whoever unwraps is unavailable, and nothing is set aside', async () => {
    trouble = () => new UnavailableError('The key management service');
    const running = runner();
    await lab.clock.until(() => running.status().state === 'backing-off');
    await lab.clock.advance(200_000);
    expect(running.status()).toMatchObject({ state: 'backing-off', position: 0n, lastError: { code: 'ES-1201' } });
    expect(await aside()).toEqual([]);
    trouble = () => undefined;
    await lab.clock.until(() => read.length === 4);
    expect(read.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2']);
  });
});
