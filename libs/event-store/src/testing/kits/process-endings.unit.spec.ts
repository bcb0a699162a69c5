import { describe, expect, it } from 'vitest';
import { DomainError, Event } from '../../core/index.js';
import { OnTimer, Process, ProcessManager, StartsWith } from '../../processes/index.js';
import { On } from '../../subscriptions/index.js';
import { minutes } from './durations.js';
import { failureOf } from './failure-of.fixture.js';
import { givenProcess } from './given-process.js';

@Event('tour.planned')
class Planned {}

@Event('tour.moved')
class Moved {}

class Book {
  constructor(readonly what: string) {}
}

class Unbook {
  constructor(readonly what: string) {}
}

class Unready extends DomainError {
  readonly code = 'unready';
}

@ProcessManager('tour', { compensate: 'on-rejection' })
class Tour extends Process {
  state = {};

  @StartsWith(Planned)
  planned(): void {
    for (const what of ['bus', 'guide']) this.send(new Book(what), { undo: new Unbook(what) });
    this.wake('departure', { afterMs: minutes(30) });
  }

  @On(Moved)
  moved(): void {
    this.wake('departure', { afterMs: minutes(90) });
  }

  @OnTimer('departure')
  departed(): void {
    this.compensate('nobody came');
  }
}

const full = { code: 'full' };

describe('thenWakes', () => {
  it('holds when such a timer is due then, from the end of the story or at a time of the clock', async () => {
    await givenProcess(Tour, new Planned()).thenWakes('departure', { afterMs: minutes(30) });
    await givenProcess(Tour, new Planned())
      .when(new Moved())
      .thenWakes('departure', { afterMs: minutes(90) });
    const later = givenProcess(Tour, new Planned())
      .whenTimePasses(minutes(10))
      .thenWakes('departure', { afterMs: minutes(20) })
      .thenWakes('departure', { at: new Date('2030-01-01T00:30:00Z') });
    await expect(later).resolves.toBeUndefined();
  });

  it('fails on another time, and says which timers are set', async () => {
    const failure = await failureOf(() => givenProcess(Tour, new Planned()).thenWakes('departure', { afterMs: 5 }));
    expect(failure).toContain('The timer departure is due at another time.\n\nExpected: departure, due in 5 ms');
    expect(failure).toContain('Timers:\n  departure, due in 1800000 ms');
    expect(failure).toContain('given Planned');
  });

  it('fails on a timer that is not set, or has fired', async () => {
    const story = givenProcess(Tour, new Planned()).whenTimePasses(minutes(30));
    const failure = await failureOf(() => story.thenWakes('departure', { at: new Date('2030-01-01T01:00:00Z') }));
    expect(failure).toContain('No timer departure is set: it was never set, or has fired.');
    expect(failure).toContain('Expected: departure, due at 2030-01-01T01:00:00.000Z, which is in 1800000 ms');
    expect(failure).toContain('Timers:\n  none');
  });

  it('fails where something was not handled', async () => {
    const failure = await failureOf(() => givenProcess(Tour, new Moved()).thenWakes('departure', { afterMs: 5 }));
    expect(failure).toContain('Something was not handled.');
  });
});

describe('thenCompensates', () => {
  const rejected = () => givenProcess(Tour, new Planned()).whenRejected(new Book('guide'), full);

  it('holds when the process has taken its steps back and ended', async () => {
    await rejected()
      .thenSends(new Unbook('bus'))
      .thenCompensates()
      .thenCompensates('Book was rejected: full: Rejected by the test.')
      .thenCompletes();
  });

  it('fails on another reason', async () => {
    const failure = await failureOf(() => rejected().thenCompensates('because'));
    expect(failure).toContain('It has compensated for another reason: Book was rejected: full');
  });

  it('fails on one that has taken nothing back, and on one that goes on', async () => {
    const nothing = await failureOf(() => givenProcess(Tour, new Planned()).thenCompensates());
    expect(nothing).toContain('The process has taken nothing back.\n\nSent:\n  1 Book');
    const goesOn = await failureOf(() =>
      givenProcess(Tour, new Planned()).whenTimePasses(minutes(30)).thenCompensates(),
    );
    expect(goesOn).toContain('The process has compensated, and goes on.');
  });

  it('fails where an undo was refused, and says which and why', async () => {
    const { code } = new Unready('no');
    const story = rejected().whenRejected(new Unbook('bus'), { code, message: 'The bus has left.' });
    const failure = await failureOf(() => story.thenCompensates());
    expect(failure).toContain('not taken back as a whole.\n\nRefused:\n  Unbook: unready: The bus has left.');
  });
});
