// Part of the event store's contract: whatever is done, in whatever order, the outcomes are those of a model of twenty lines.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deterministicId,
  meets,
  systemIds,
  type AppendRequest,
  type EventStore,
  type EventToAppend,
  type ExpectedVersion,
} from '../../core/index.js';
import { deposited } from './event-store.support.js';

/** An append as fast-check draws it: small numbers, so that streams, ids and versions meet often. */
interface Draw {
  readonly stream: number;
  readonly expected: ExpectedVersion;
  /** Numbers of events; equal numbers are equal ids, and equal content unless `twisted`. */
  readonly events: readonly number[];
  readonly twisted: boolean;
}

const draws: fc.Arbitrary<Draw> = fc.record({
  stream: fc.integer({ min: 0, max: 2 }),
  expected: fc.oneof(
    fc.constantFrom<ExpectedVersion>('any', 'no-stream', 'stream-exists'),
    fc.integer({ min: 0, max: 12 }),
  ),
  events: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }),
  twisted: fc.nat(9).map((n) => n === 0),
});

export function propertiesOfEventStore(store: () => EventStore): void {
  it('has the outcomes of the model for any sequence of appends', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(draws, { minLength: 1, maxLength: 200, size: 'max' }), async (sequence) => {
        const run = systemIds.next();
        const model = new Model();
        for (const draw of sequence) {
          const request = requestOf(run, draw);
          expect(await outcomeOf(store(), request)).toEqual(model.append(request));
        }
        for (const [stream, events] of model.streams) {
          const read = await store().readStream(stream);
          expect(read.map(({ id, version, data }) => ({ id, version, data }))).toEqual(
            events.map(({ id, data }, index) => ({ id, version: index + 1, data })),
          );
        }
      }),
      { numRuns: 10 },
    );
  });
}

/** What an event store is, without concurrency. */
class Model {
  readonly streams = new Map<string, EventToAppend[]>();

  append({ stream, expected, events }: AppendRequest) {
    const stored = this.streams.get(stream) ?? [];
    const taken = new Set([...this.streams.values()].flat().map(({ id }) => id));
    if (events.some(({ id }) => taken.has(id))) {
      const first = stored.findIndex(({ id }) => id === events[0]!.id);
      const same =
        first >= 0 && events.every((event, index) => JSON.stringify(event) === JSON.stringify(stored[first + index]));
      return same ? { firstVersion: first + 1, version: first + events.length, repeated: true } : 'ES-1002';
    }
    if (!meets(expected, stored.length)) return { code: 'ES-1001', actual: stored.length };
    this.streams.set(stream, [...stored, ...events]);
    return { firstVersion: stored.length + 1, version: stored.length + events.length, repeated: false };
  }
}

async function outcomeOf(store: EventStore, request: AppendRequest) {
  try {
    const { firstVersion, version, repeated } = await store.append(request);
    return { firstVersion, version, repeated };
  } catch (error) {
    const { code, actual } = error as { code: string; actual?: number };
    if (code === 'ES-1001') return { code, actual };
    if (code === 'ES-1002') return code;
    throw error;
  }
}

function requestOf(run: string, { stream, expected, events, twisted }: Draw): AppendRequest {
  return {
    stream: `account-${run}-${stream}`,
    expected,
    events: events.map((n) => deposited(twisted ? 1000 + n : n, { id: deterministicId(run, n) })),
  };
}
