// What operators may do about messages set aside, whatever the context is stored in.
import { randomUUID } from 'node:crypto';
import { IsString } from 'class-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  overtakingKey,
  recordOf,
  type AppendResult,
  type CheckpointStore,
  type EventStore,
  type LogRecord,
  type SubscriptionKey,
  type UnitOfWork,
} from '../../core/index.js';
import { integrationDecoder, IntegrationEvent, type UnreadableMessage } from '../../messaging/index.js';
import type { ProcessStore } from '../../processes/index.js';
import {
  discardParked,
  discardUnreadable,
  formatRef,
  replayParked,
  replayUnreadable,
  showParked,
  type OperatedContext,
  type RecordRef,
} from '../../operations/index.js';

export interface OperationsSubject {
  readonly context: OperatedContext;
  readonly events: EventStore;
  readonly checkpoints: CheckpointStore;
  readonly processes: ProcessStore;
  /** That `processes` joins. */
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

export function appendTypes(
  { events }: OperationsSubject,
  stream: string,
  types: readonly string[],
): Promise<AppendResult> {
  return events.append({
    stream,
    expected: 'any',
    events: types.map((type) => ({
      id: randomUUID(),
      type,
      schemaVersion: 1,
      data: { of: stream },
      metadata: { correlationId: 'c-1' },
    })),
  });
}

@IntegrationEvent('lab.said.v1')
class SaidV1 {
  @IsString()
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const decoder = integrationDecoder([{ topic: 'lab', partitions: 1, events: [SaidV1] }]);
const order = { actor: 'operator:olga', reason: 'mended', dryRun: false };

/** `opened` is asked once, before the first test. */
export function describeParkedOperations(opened: () => OperationsSubject): void {
  let context: OperatedContext;
  beforeAll(() => {
    ({ context } = opened());
  });

  describe('a parked record', () => {
    const parked = async (): Promise<{ ref: RecordRef; failed: LogRecord }> => {
      const subscription: SubscriptionKey = { name: `lab/${randomUUID()}`, log: 'events' };
      const { position } = await appendTypes(opened(), `lab-${randomUUID()}`, ['lab.opened', 'lab.noted']);
      const [failed, follower] = [
        (await context.logs.events.readAt(position - 1n))!,
        (await context.logs.events.readAt(position))!,
      ];
      await context.parking.setAside(subscription, failed, { attempts: 8, reason: 'E: no', delayMs: undefined });
      await context.parking.queueBehind(subscription, follower);
      return { ref: { kind: 'record', context: context.name, subscription, position: failed.position }, failed };
    };

    it('is found by its key also where it failed before what waits under that key', async () => {
      const subscription: SubscriptionKey = { name: `lab/${randomUUID()}`, log: 'events' };
      const { position } = await appendTypes(opened(), `lab-${randomUUID()}`, ['lab.opened']);
      const record = (await context.logs.events.readAt(position))!;
      const failure = { attempts: 8, reason: 'E: no', delayMs: undefined };
      await context.parking.setAside(subscription, recordOf(record, { key: overtakingKey(record.key) }), failure);
      const of = (key: string) =>
        context.parked.list({ statuses: ['parked'], subscription: subscription.name, key, limit: 10 });
      expect([await of(record.key), await of(`${record.key}0`)]).toMatchObject([[{ position }], []]);
    });

    it('is listed and shown with its record and who stands behind it', async () => {
      const { ref, failed } = await parked();
      const { name: subscription } = ref.subscription;
      const listed = await context.parked.list({ statuses: ['parked'], subscription, limit: 10 });
      expect(listed).toEqual([expect.objectContaining({ position: ref.position, attempts: 8, behind: 1 })]);
      expect(await showParked(context, ref)).toMatchObject({
        kind: 'record',
        message: { reason: 'E: no', key: failed.key },
        record: { type: 'lab.opened', data: { of: failed.key } },
        behind: [{ status: 'behind', position: ref.position + 1n }],
        operations: [],
      });
    });

    it('is replayed once, and who did it is recorded', async () => {
      const { ref } = await parked();
      expect(await replayParked(context, ref, { ...order, dryRun: true })).toEqual({ outcome: 'done', behind: 1 });
      expect(await context.parking.due(ref.subscription, 10)).toEqual([]);
      expect(await replayParked(context, ref, order)).toEqual({ outcome: 'done', behind: 1 });
      expect(await context.parking.due(ref.subscription, 10)).toMatchObject([{ position: ref.position, attempts: 0 }]);
      expect(await replayParked(context, ref, order)).toMatchObject({ outcome: 'not-parked', status: 'waiting' });
      const { operations } = await showParked(context, ref);
      expect(operations).toMatchObject([
        {
          at: expect.any(Date) as Date,
          actor: 'operator:olga',
          action: 'parked.replay',
          subject: formatRef(ref),
          reason: 'mended',
          detail: expect.objectContaining({ type: 'lab.opened', attempts: 8, reason: 'E: no' }) as object,
        },
      ]);
    });

    it('is given up with a reason, and its successors go on', async () => {
      const { ref } = await parked();
      const why = { ...order, reason: 'a test order' };
      expect(await discardParked(context, ref, { ...why, dryRun: true })).toEqual({ outcome: 'done', behind: 1 });
      expect(await discardParked(context, ref, why)).toEqual({ outcome: 'done', behind: 1 });
      expect(await context.parking.due(ref.subscription, 10)).toMatchObject([{ position: ref.position + 1n }]);
      expect(await discardParked(context, ref, why)).toEqual({ outcome: 'absent' });
      expect(await showParked(context, ref)).toMatchObject({
        kind: 'absent',
        operations: [{ action: 'parked.discard', reason: 'a test order' }],
      });
    });

    it('that cannot be recorded is not changed either', async () => {
      const { ref } = await parked();
      for (const unsigned of [{ reason: '' }, { actor: '' }])
        for (const change of [replayParked, discardParked])
          await expect(change(context, ref, { ...order, ...unsigned })).rejects.toThrow('with who does it and why');
      expect(await context.parked.find(ref.subscription, ref.position)).toMatchObject({ status: 'parked' });
    });
  });

  describe('an unreadable message', () => {
    const put = async (value: string, headers: Record<string, string>, reasonCode = 'unknown-type') => {
      const message = {
        topic: 'lab',
        partition: 0,
        offset: randomUUID(),
        key: 'k-1',
        headers,
        value: Buffer.from(value),
      };
      const unreadable: UnreadableMessage = {
        message,
        reasonCode,
        detail: 'Type lab.said.v1 is unknown.',
      };
      await context.inbound.store([], [unreadable]);
      const [newest] = await context.parked.unreadable({ limit: 1 });
      expect(newest).toMatchObject({ offset: message.offset, bytes: Buffer.byteLength(value) });
      return { kind: 'unreadable', context: context.name, id: newest!.id } as const;
    };
    const listed = async (id: bigint) => (await context.parked.unreadable({ limit: 100 })).some((one) => one.id === id);

    it('goes into the inbox once a build can read it, and is listed no more', async () => {
      const id = randomUUID();
      const ref = await put('{"text":"hello"}', { ce_id: id, ce_type: 'lab.said.v1' });
      const done = { outcome: 'done', id, type: 'lab.said.v1', duplicate: false };
      expect(await replayUnreadable(context, ref, { ...order, dryRun: true, decoder })).toEqual(done);
      expect(await listed(ref.id)).toBe(true);
      expect(await replayUnreadable(context, ref, { ...order, decoder })).toEqual(done);
      expect(await listed(ref.id)).toBe(false);
      const { last } = await context.facts.endOf('inbound', 0);
      expect(await context.logs.inbound.readAt(last)).toMatchObject({ id, key: 'k-1', data: { text: 'hello' } });
      const again = await replayUnreadable(context, ref, { ...order, decoder });
      expect(again).toEqual({ outcome: 'resolved-already', resolution: 'replayed' });
    });

    it('stays what it is while no build can read it', async () => {
      const ref = await put('{"text":5}', { ce_id: randomUUID(), ce_type: 'lab.said.v1' });
      const outcome = await replayUnreadable(context, ref, { ...order, decoder });
      expect(outcome).toMatchObject({ outcome: 'unreadable-still', reasonCode: 'invalid-data' });
      expect(await listed(ref.id)).toBe(true);
    });

    it('does not take the place of another message of its id', async () => {
      const id = randomUUID();
      const first = await put('{"text":"one"}', { ce_id: id, ce_type: 'lab.said.v1' });
      await replayUnreadable(context, first, { ...order, decoder });
      const second = await put('{"text":"two"}', { ce_id: id, ce_type: 'lab.said.v1' });
      const outcome = await replayUnreadable(context, second, { ...order, decoder });
      expect(outcome).toMatchObject({ outcome: 'unreadable-still', reasonCode: 'id-reused' });
      expect(await listed(second.id)).toBe(true);
    });

    it('that cannot be recorded is not taken into the inbox either', async () => {
      const id = randomUUID();
      const ref = await put('{"text":"hello"}', { ce_id: id, ce_type: 'lab.said.v1' });
      const unsigned = { ...order, reason: '' };
      await expect(replayUnreadable(context, ref, { ...unsigned, decoder })).rejects.toThrow('who does it and why');
      await expect(discardUnreadable(context, ref, unsigned)).rejects.toThrow('with who does it and why');
      expect(await listed(ref.id)).toBe(true);
      expect(await replayUnreadable(context, ref, { ...order, decoder })).toMatchObject({ duplicate: false });
    });

    it('is counted, and once more by itself where its type is unknown', async () => {
      const before = await context.parked.counts();
      await put('{}', { ce_id: randomUUID(), ce_type: 'lab.sung.v1' });
      await put('garbage', {}, 'not-json');
      expect(await context.parked.counts()).toMatchObject({
        unreadable: before.unreadable + 2,
        unknownTypes: before.unknownTypes + 1,
      });
    });

    it('is given up, kept as it came, and listed and counted no more', async () => {
      const ref = await put('garbage', {});
      const { unreadable } = await context.parked.counts();
      const why = { ...order, reason: 'noise' };
      expect(await discardUnreadable(context, ref, why)).toEqual({ outcome: 'done' });
      expect(await discardUnreadable(context, ref, why)).toEqual({
        outcome: 'resolved-already',
        resolution: 'discarded',
      });
      expect(await context.parked.counts()).toMatchObject({ unreadable: unreadable - 1 });
      expect(await showParked(context, ref)).toMatchObject({
        kind: 'unreadable',
        message: { resolution: 'discarded', message: { value: Buffer.from('garbage') } },
        operations: [{ action: 'unreadable.discard', reason: 'noise' }],
      });
    });
  });
}
