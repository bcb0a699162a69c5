// I9: an aggregate whose state is more than what a snapshot keeps of it is found, whether it takes snapshots or not.
import { describe, expect, it } from 'vitest';
import {
  Aggregate,
  Event,
  EventSourcedAggregate,
  When,
  type AggregateClass,
  type StoredEvent,
} from '../../core/index.js';
import { checkSnapshots, readCopiesOfAnyVersion } from './index.js';

@Event('tally.counted')
class Counted {
  constructor(readonly what: string) {}
}

@Aggregate('tally')
class Sound extends EventSourcedAggregate<{ names: readonly string[]; last?: string | undefined }> {
  state: { names: readonly string[]; last?: string | undefined } = { names: [], last: undefined };

  @When(Counted)
  protected counted({ what }: Counted): void {
    this.state = { names: [...this.state.names, what], last: what === 'nothing' ? undefined : what };
  }
}

/** Keeps what it has counted beside its state. */
@Aggregate('tally')
class Forgetful extends EventSourcedAggregate<{ count: number }> {
  state = { count: 0 };
  private readonly seen = new Set<string>();

  @When(Counted)
  protected counted({ what }: Counted): void {
    this.seen.add(what);
    this.state = { count: this.seen.size };
  }
}

/** Has a state that JSON does not know. */
@Aggregate('tally')
class NoData extends EventSourcedAggregate<{ seen: Set<string>; count: number }> {
  state = { seen: new Set<string>(), count: 0 };

  @When(Counted)
  protected counted({ what }: Counted): void {
    this.state.seen.add(what);
    this.state = { seen: this.state.seen, count: this.state.seen.size };
  }
}

function events(stream: string, ...names: readonly string[]): StoredEvent[] {
  return names.map((what, index) => ({
    position: BigInt(index + 1),
    id: `e${index}`,
    stream,
    version: index + 1,
    type: 'tally.counted',
    schemaVersion: 1,
    data: { what },
    metadata: { correlationId: 'c' },
    occurredAt: new Date(0),
  }));
}

async function found(
  aggregate: AggregateClass<EventSourcedAggregate<object>>,
  ...names: readonly string[]
): Promise<string[]> {
  const copies = await readCopiesOfAnyVersion(aggregate, ['tally-1', 'other-1'], (stream) =>
    Promise.resolve(events(stream, ...names)),
  );
  expect(copies.length).toBeGreaterThan(0);
  return checkSnapshots('shop', copies).map(({ sentence }) => sentence);
}

describe('I9 over every version', () => {
  it('is content with plain data, fields that are undefined among it', async () => {
    expect(await found(Sound, 'a', 'nothing', 'b')).toEqual([]);
  });

  it.each([
    ['one that keeps something beside its state', Forgetful],
    ['a state that JSON does not know', NoData],
  ])('finds %s, and from which version on', async (_what, aggregate) => {
    expect(await found(aggregate, 'a', 'b', 'c')).toEqual(
      [1, 2].map((at) => `I9: shop: tally-1 through a snapshot of version ${at} is not what its events give.`),
    );
  });

  it('takes no more than twenty of a long stream, the first one among them', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    const sentences = await found(Forgetful, ...names);
    expect(sentences).toHaveLength(20);
    expect(sentences[0]).toContain('version 1 ');
  });
});
