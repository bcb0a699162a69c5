import { afterEach, describe, expect, it, vi } from 'vitest';
import { Aggregate, DomainError, Event, EventSourcedAggregate, When } from '../../core/index.js';
import { failureOf } from './failure-of.fixture.js';
import { given } from './given-aggregate.js';
import { storedEvent } from './given-events.js';

interface Coin {
  readonly value: number;
  readonly note?: string;
}

@Event('jar.opened', { version: 2, upcast: [({ who }) => ({ owner: who })] })
class JarOpened {
  constructor(readonly owner: string) {}
}

@Event('coin.dropped')
class CoinDropped {
  constructor(readonly coin: Coin) {}
}

@Event('jar.sealed')
class JarSealed {
  constructor(readonly at: unknown) {}
}

@Event('jar.lost')
class JarLost {}

class JarIsSealed extends DomainError {
  readonly code = 'jar-is-sealed';
}

class JarIsFull extends DomainError {
  readonly code = 'jar-is-full';
}

class JarIsBroken extends Error {}

interface JarState {
  readonly owner?: string;
  readonly coins: readonly Coin[];
  readonly sealed?: boolean;
}

@Aggregate('jar')
class Jar extends EventSourcedAggregate<JarState> {
  state: JarState = { coins: [] };

  open(owner: string): void {
    this.raise(new JarOpened(owner));
  }

  drop(...coins: Coin[]): void {
    if (this.state.sealed) throw new JarIsSealed(`Jar ${this.id} is sealed.`);
    for (const coin of coins) this.raise(new CoinDropped(coin));
  }

  seal(at: unknown): void {
    this.raise(new JarSealed(at));
  }

  lose(): void {
    this.raise(new JarLost());
  }

  /** Wrong: the next load knows nothing of it. */
  empty(): void {
    this.state = { ...this.state, coins: [] };
  }

  break(): void {
    throw new JarIsBroken(`jar ${this.id} fell down`);
  }

  @When(JarOpened)
  protected opened({ owner }: JarOpened): void {
    this.state = { ...this.state, owner };
  }

  @When(CoinDropped)
  protected dropped({ coin }: CoinDropped): void {
    this.state = { ...this.state, coins: [...this.state.coins, coin] };
  }

  @When(JarSealed)
  protected seals(): void {
    this.state = { ...this.state, sealed: true };
  }
}

const opened = new JarOpened('alice');
const sealed = new JarSealed('noon');
const cent = { value: 1 };
const none: object[] = [];

describe('given an aggregate', () => {
  it('passes for the events that are raised, in their order, and for the state they give', async () => {
    await given(Jar)
      .when((jar) => jar.open('alice'))
      .then(opened);
    await given(Jar, opened)
      .when((jar) => jar.drop(cent, { value: 2 }))
      .then(new CoinDropped(cent), new CoinDropped({ value: 2 }))
      .thenState({ coins: [cent, { value: 2 }] });
    await given(Jar, opened, new CoinDropped(cent)).thenState({ owner: 'alice', coins: [cent] });
    await given(Jar).thenState({ coins: [] });
  });

  it('takes a field that is undefined for one that is not there, as JSON does', () =>
    given(Jar, opened)
      .when((jar) => jar.drop({ value: 1, note: undefined }))
      .then(new CoinDropped(cent)));

  it('takes the matchers of the test runner', () =>
    given(Jar, opened)
      .when((jar) => jar.drop(cent))
      .then(new CoinDropped({ value: expect.any(Number) as number })));

  it('waits for a decision that is asynchronous', () =>
    given(Jar, opened)
      .when(async (jar) => {
        await Promise.resolve();
        jar.drop(cent);
      })
      .then(new CoinDropped(cent)));

  it('passes for a decision without events, for a rejection by class or code, and for an alarm', async () => {
    await given(Jar, opened)
      .when((jar) => jar.drop())
      .thenNothing();
    await given(Jar, opened, sealed)
      .when((jar) => jar.drop(cent))
      .thenRejected(JarIsSealed);
    await given(Jar, opened, sealed)
      .when((jar) => jar.drop(cent))
      .thenRejected('jar-is-sealed');
    await given(Jar, opened)
      .when((jar) => jar.break())
      .thenThrows(JarIsBroken);
  });

  it('gives the aggregate the id the test names', () =>
    given(Jar, opened)
      .of('7')
      .when((jar) => jar.open(jar.id))
      .then(new JarOpened('7')));

  it('raises what an older build has stored to the present schema', () =>
    given(Jar, storedEvent('jar.opened', 1, { who: 'bob' })).thenState({ owner: 'bob' }));
});

describe('given an aggregate, a test fails', () => {
  it('when another event, other data, one event too few or one too many was raised', async () => {
    const dropping = () => given(Jar, opened).when((jar) => jar.drop(cent));
    expect(await failureOf(() => dropping().then(sealed))).toContain('event 1: expected JarSealed, came CoinDropped');
    expect(await failureOf(() => dropping().then(new CoinDropped({ value: 2 })))).toContain(
      'event 1, coin.value: expected 2, came 1',
    );
    expect(await failureOf(() => dropping().then(new CoinDropped({ ...cent, note: 'old' })))).toContain(
      "event 1, coin.note: expected 'old', came undefined",
    );
    expect(await failureOf(() => dropping().then(new CoinDropped(cent), sealed))).toContain(
      'event 2: expected JarSealed, came nothing',
    );
    expect(await failureOf(() => dropping().thenNothing())).toContain('event 1: expected no more, came CoinDropped');
    expect(await failureOf(() => dropping().then(new CoinDropped({ value: expect.any(String) as never })))).toContain(
      'coin.value: expected',
    );
    expect(await failureOf(() => dropping().then(...none))).toContain('thenNothing()');
  });

  it('when the order is another', async () => {
    const both = given(Jar, opened).when((jar) => jar.drop(cent, { value: 2 }));
    const failure = await failureOf(() => both.then(new CoinDropped({ value: 2 }), new CoinDropped(cent)));
    expect(failure).toContain('event 1, coin.value: expected 2, came 1');
    expect(failure).toContain('event 2, coin.value: expected 1, came 2');
  });

  it('and says what was expected, what came, and the history', async () => {
    const failure = await failureOf(() =>
      given(Jar, opened, storedEvent('jar.opened', 1, { who: 'bob' }))
        .when((jar) => jar.drop(cent))
        .then(sealed),
    );
    expect(failure).toBe(
      [
        'The decision raised other events.',
        "Expected events:\n  1 JarSealed { at: 'noon' }",
        'Raised:\n  1 CoinDropped { coin: { value: 1 } }',
        'Differences:\n  event 1: expected JarSealed, came CoinDropped',
        "History:\n  1 JarOpened { owner: 'alice' }\n  2 jar.opened (version 1) { who: 'bob' }",
      ].join('\n\n'),
    );
  });

  it('when it was rejected for another reason, not at all, or not by a business rule', async () => {
    const late = () => given(Jar, opened, sealed).when((jar) => jar.drop(cent));
    expect(await failureOf(() => late().thenRejected(JarIsFull))).toContain('Expected JarIsFull, came JarIsSealed');
    expect(await failureOf(() => late().thenRejected('jar-is-full'))).toContain('came JarIsSealed (jar-is-sealed)');
    expect(await failureOf(() => late().then(new CoinDropped(cent)))).toContain('The decision threw JarIsSealed');
    expect(await failureOf(() => late().thenNothing())).toContain('The decision threw JarIsSealed');
    expect(await failureOf(() => late().thenState({ sealed: true }))).toContain('The decision threw JarIsSealed');
    expect(await failureOf(() => late().thenThrows(JarIsBroken))).toContain('Expected JarIsBroken, came JarIsSealed');
    const accepted = () => given(Jar, opened).when((jar) => jar.drop(cent));
    expect(await failureOf(() => accepted().thenRejected(JarIsFull))).toContain('the decision was accepted');
    expect(await failureOf(() => accepted().thenThrows(JarIsBroken))).toContain('the decision was accepted');
    const broken = () => given(Jar, opened).when((jar) => jar.break());
    expect(await failureOf(() => broken().thenRejected('jar-is-full'))).toContain('is no DomainError');
  });

  it('when the state is another', async () => {
    expect(await failureOf(() => given(Jar, opened).thenState({ owner: 'bob' }))).toContain(
      "owner: expected 'bob', came 'alice'",
    );
    const decided = () => given(Jar, opened).when((jar) => jar.drop(cent));
    expect(await failureOf(() => decided().thenState({ coins: [] }))).toContain('coins[0]: expected undefined');
    expect(await failureOf(() => decided().then(new CoinDropped(cent)).thenState({ sealed: true }))).toContain(
      'sealed: expected true, came undefined',
    );
    expect(await failureOf(() => decided().then(sealed).thenState({ owner: 'alice' }))).toContain('other events');
  });

  it('when the decision changes the state without an event', async () => {
    const emptied = () => given(Jar, opened, new CoinDropped(cent)).when((jar) => jar.empty());
    for (const check of [() => emptied().thenNothing(), () => emptied().thenState({ owner: 'alice' })])
      expect(await failureOf(check)).toContain('not the one its events give');
  });

  it('when an event does not survive JSON, or has no @When', async () => {
    expect(
      await failureOf(() =>
        given(Jar, opened)
          .when((jar) => jar.seal(new Date()))
          .then(sealed),
      ),
    ).toContain('data.at is a Date');
    expect(
      await failureOf(() =>
        given(Jar, opened)
          .when((jar) => jar.lose())
          .then(new JarLost()),
      ),
    ).toContain('has no @When(JarLost)');
    expect(await failureOf(() => given(Jar, new JarLost()).thenState({}))).toContain(
      'JarLost is not a registered event',
    );
  });

  it('at the line of the step in the test', async () => {
    const error = await given(Jar, opened)
      .when((jar) => jar.drop())
      .then(sealed)
      .catch((thrown: unknown) => thrown as Error);
    expect((error as Error).stack?.split('\n').find((line) => line.includes(' at '))).toContain(
      'given-aggregate.unit.spec',
    );
  });
});

describe('a chain without an expectation', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('fails when it is awaited, or returned from the test', async () => {
    expect(await failureOf(() => given(Jar, opened).when(() => {}))).toMatch(
      /^The test ends with given\(Jar, …\)\.when\(…\) and expects nothing/,
    );
    expect(await failureOf(() => given(Jar, opened))).toMatch(
      /^The test ends with given\(Jar, …\) and expects nothing/,
    );
  });

  it('fails as an uncaught error when it is left lying, and only then', () => {
    const later: (() => void)[] = [];
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((check) => void later.push(check));
    given(Jar, opened).when(() => {});
    expect(later).toHaveLength(1);
    expect(later[0]).toThrow('expects nothing');
    void given(Jar, opened)
      .when(() => {})
      .thenNothing();
    void given(Jar)
      .when((jar) => jar.open('alice'))
      .then(opened);
    expect(later).toHaveLength(3);
    for (const check of later.slice(1)) expect(check).not.toThrow();
  });
});
