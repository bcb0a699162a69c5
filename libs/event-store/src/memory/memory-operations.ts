// A context in memory, opened for operations: the twin of the PostgreSQL adapter, for specifications of the use cases.
import {
  InvalidRequestError,
  overtakingKey,
  splitStream,
  SUBJECT_FORGOTTEN,
  subjectOfStream,
  type LogName,
  type ParkedMessage,
  type SubscriptionKey,
} from '../core/index.js';
import {
  EVENTS_PER_LOOK,
  FORGET_ACTION,
  reasonCodeOf,
  type ContextFacts,
  type ListedParked,
  type OperatedContext,
  type Operation,
  type OperationsLog,
  type ParkedDirectory,
  type RecordedOperation,
  type StoredUnreadable,
  type StreamDirectory,
} from '../operations/index.js';
import type { MemoryStore } from './create-memory-store.js';
import { toLogRecord, type LogRow } from './memory-log.js';
import { memoryOperatorChanges } from './memory-operator-changes.js';
import { storedUnreadable } from './memory-unreadable.js';

/** Facts that memory does not have are those of a healthy server. */
export function memoryOperations(name: string, store: MemoryStore): OperatedContext {
  const { events, logs, unitOfWork, subjectKeys, snapshots, parking, checkpoints, control, versions, inbound, clock } =
    store;
  const seen = { name, parked: parkedOf(store), operations: memoryOperationsLog(store) };
  return {
    ...seen,
    changes: memoryOperatorChanges(seen, store),
    events,
    logs,
    unitOfWork,
    subjectKeys,
    snapshots,
    parking,
    checkpoints,
    control,
    versions,
    inbound,
    streams: streamsOf(store),
    facts: factsOf(name, store),
    clock,
  };
}

export function memoryOperationsLog({ database, clock }: Pick<MemoryStore, 'database' | 'clock'>): OperationsLog {
  const rows = database.table<RecordedOperation>('operations');
  return {
    async record(operation: Operation) {
      if (operation.actor === '' || operation.reason === '') throw new InvalidRequestError(UNSIGNED);
      rows.set(String(rows.all().length), { ...operation, at: clock.now() });
    },
    async of(subject) {
      const found = rows.all().filter((row) => row.subject === subject);
      return found.toReversed().slice(0, 100);
    },
  };
}

const UNSIGNED = 'An operation is recorded with who does it and why: one of them is empty.';

function streamsOf({ database }: MemoryStore): StreamDirectory {
  return {
    async newest({ category, before, limit }) {
      const log = database.logs.events;
      const seen = log.settledAfter(0n, Number.MAX_SAFE_INTEGER).filter(({ position }) => !before || position < before);
      const looked = seen.slice(-EVENTS_PER_LOOK).toReversed();
      const streamOf = (row: LogRow) => database.streams.get(database.transaction(), row.key) ?? [];
      const found = looked
        .filter((row) => category === undefined || splitStream(row.key).category === category)
        .filter((row) => streamOf(row).length === row.version);
      const streams = found.slice(0, limit).map((row) => ({
        stream: row.key,
        version: row.version,
        position: row.position,
        firstAt: streamOf(row)[0]!.time,
        lastAt: row.time,
        lastType: row.type,
      }));
      if (streams.length === limit) return { streams, next: streams.at(-1)!.position, cutShort: false };
      const next = looked.length < EVENTS_PER_LOOK ? undefined : looked.at(-1)!.position;
      return { streams, next, cutShort: next !== undefined };
    },
  };
}

function parkedOf({ database, parking, deadLetters }: MemoryStore): ParkedDirectory {
  const same = (a: SubscriptionKey, b: SubscriptionKey) => a.name === b.name && a.log === b.log;
  const after = async (of: SubscriptionKey, key: string, position: bigint): Promise<ParkedMessage[]> =>
    (await parking.list({ name: of.name, key })).filter((one) => same(one, of) && one.position > position);
  const counted = async (one: ParkedMessage): Promise<ListedParked> => {
    return { ...one, behind: (await after(one, one.key, one.position)).length };
  };
  const unreadable = (): StoredUnreadable[] => storedUnreadable(database);
  return {
    async list({ statuses, subscription, key, log, type, reasonCode, since, before, limit }) {
      const keys = key === undefined ? undefined : [key, overtakingKey(key)];
      const all = (await parking.list({ name: subscription })).filter((one) => keys?.includes(one.key) ?? true);
      return Promise.all(
        all
          .filter(
            (one) => statuses.includes(one.status) && (log ?? one.log) === one.log && (type ?? one.type) === one.type,
          )
          .filter(({ reason }) => (reasonCode ?? reasonCodeOf(reason)) === reasonCodeOf(reason))
          .filter(({ parkedAt }) => (!since || parkedAt >= since) && (!before || parkedAt < before))
          .slice(0, limit)
          .map(counted),
      );
    },
    async find(of, position) {
      const found = (await parking.list({ name: of.name })).find((one) => same(one, of) && one.position === position);
      return found && counted(found);
    },
    async behind(of, key, position, limit) {
      return (await after(of, key, position)).slice(0, limit);
    },
    async counts() {
      const of = async (status: ParkedMessage['status']) => (await parking.list({ status })).length;
      const open = unreadable().filter(({ resolution }) => !resolution);
      return {
        waiting: await of('waiting'),
        behind: await of('behind'),
        parked: await of('parked'),
        unreadable: open.length,
        unknownTypes: open.filter(({ reasonCode }) => reasonCode === 'unknown-type').length,
        unmirrored: (await deadLetters.hasBegun()) ? await deadLetters.waiting() : 0,
      };
    },
    async unreadable({ key, type, reasonCode, since, before, oldestFirst, limit }) {
      const open = unreadable()
        .filter((one) => !one.resolution && (key ?? one.message.key) === one.message.key)
        .filter(({ message }) => type === undefined || type === message.headers['ce_type'])
        .filter((one) => (reasonCode ?? one.reasonCode) === one.reasonCode)
        .filter(({ receivedAt }) => (!since || receivedAt >= since) && (!before || receivedAt < before));
      return (oldestFirst ? open : open.toReversed())
        .slice(0, limit)
        .map(({ message: { topic, partition, offset, key: of, value }, ...rest }) => ({
          ...rest,
          topic,
          partition,
          offset,
          key: of,
          bytes: value?.length ?? 0,
        }));
    },
    async findUnreadable(id) {
      return unreadable().find((one) => one.id === id);
    },
  };
}

function factsOf(name: string, { database, checkpoints, clock }: MemoryStore): ContextFacts {
  const after = (log: LogName, position: bigint) => database.logs[log].settledAfter(position, Number.MAX_SAFE_INTEGER);
  return {
    place: `memory/${name}`,
    async server() {
      return {
        version: 'memory',
        now: clock.now(),
        hasSchema: true,
        pending: [],
        unknown: [],
        danger: undefined,
        warnings: [],
      };
    },
    async subscriptions() {
      const now = clock.now().getTime();
      return (await checkpoints.list()).map((status) => {
        const waiting = after(status.log, status.cursor.position).map(toLogRecord);
        const leased = status.owner !== undefined && (status.leasedUntil?.getTime() ?? 0) > now;
        const lagMs = waiting[0] && now - waiting[0].time.getTime();
        return { ...status, leased, lag: waiting.length, lagMs };
      });
    },
    async writers() {
      return [];
    },
    async processes() {
      const timers = database.processTimers.all(undefined);
      const now = clock.now().getTime();
      const due = timers.filter(({ dueAt }) => dueAt <= now);
      const all = database.processes.all(undefined).map((row) => JSON.parse(row) as { status: string });
      const of = (status: string) => all.filter((row) => row.status === status).length;
      return {
        running: of('running'),
        completed: of('completed'),
        scheduled: timers.length - due.length,
        due: due.length,
        overdueMs: due.length > 0 ? now - Math.min(...due.map(({ dueAt }) => dueAt)) : undefined,
      };
    },
    async endOf(log, count) {
      const rows = after(log, 0n);
      return { last: rows.at(-1)?.position ?? 0n, start: rows.at(-1 - count)?.position ?? 0n };
    },
    async untoldSubjects(sinceMs, limit) {
      const before = clock.now().getTime() - sinceMs;
      const told = new Set(
        after('events', 0n)
          .filter(({ type }) => type === SUBJECT_FORGOTTEN)
          .map(({ key }) => key),
      );
      return database
        .table<RecordedOperation>('operations')
        .all()
        .filter(({ action, at, subject }) => action === FORGET_ACTION && at.getTime() <= before && !told.has(subject))
        .slice(0, limit)
        .map(({ subject }) => subjectOfStream(subject));
    },
  };
}
