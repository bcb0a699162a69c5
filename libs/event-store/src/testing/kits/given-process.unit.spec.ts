import { IsInt, IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { DomainError, Event, type EventContext } from '../../core/index.js';
import { IntegrationEvent } from '../../messaging/index.js';
import {
  OnRejection,
  OnTimer,
  Process,
  ProcessManager,
  ProcessNotStartedError,
  StartsWith,
} from '../../processes/index.js';
import { On } from '../../subscriptions/index.js';
import { days, hours, minutes, seconds } from './durations.js';
import { failureOf } from './failure-of.fixture.js';
import { eventsOf, storedEvent } from './given-events.js';
import { givenProcess } from './given-process.js';

@Event('guest.invited', { version: 2, upcast: [({ who }) => ({ name: who })] })
class GuestInvited {
  constructor(readonly name: string) {}
}

@Event('guest.declined')
class GuestDeclined {}

@Event('guest.forgotten')
class GuestForgotten {}

@IntegrationEvent('post.letter.answered.v1')
class LetterAnsweredV1 {
  @IsString() readonly guest: string;
  @IsInt() readonly people: number;

  constructor(guest: string, people: number) {
    this.guest = guest;
    this.people = people;
  }
}

class SendLetter {
  constructor(
    readonly guest: string,
    readonly text: string,
  ) {}
}

class SetTable {
  constructor(
    readonly guest: string,
    readonly people: number,
    readonly note?: string,
  ) {}
}

class TooManyPeople extends DomainError {
  readonly code = 'too-many-people';
}

class WrongMind extends DomainError {
  readonly code = 'wrong-mind';
}

interface InvitationState {
  readonly name?: string;
  readonly reminded: number;
}

@ProcessManager('invitation', {
  correlate: (event, { stream }: EventContext) => ('guest' in event ? event.guest : stream.id),
})
class Invitation extends Process<InvitationState> {
  state: InvitationState = { reminded: 0 };

  constructor(private readonly patienceMs: number = minutes(10)) {
    super();
  }

  @StartsWith(GuestInvited)
  invited({ name }: GuestInvited): void {
    this.state = { ...this.state, name };
    this.send(new SendLetter(this.id, `Dear ${name}`));
    this.wake('reminder', { afterMs: this.patienceMs });
  }

  @On(LetterAnsweredV1)
  answered({ people }: LetterAnsweredV1): void {
    if (people > 10) throw new TooManyPeople(`${people} people`);
    this.send(new SetTable(this.id, people), { undo: new SetTable(this.id, 0) });
  }

  @On(GuestDeclined)
  declined(): void {
    this.compensate('the guest does not come');
    this.complete();
  }

  @OnTimer('reminder')
  remind(): void {
    this.state = { ...this.state, reminded: this.state.reminded + 1 };
    this.send(new SendLetter(this.id, 'Do you come?'));
    if (this.state.reminded < 2) this.wake('reminder', { afterMs: this.patienceMs });
    else this.complete();
  }

  @OnRejection(SetTable)
  noTable({ guest }: SetTable, { code }: { code: string }): void {
    this.send(new SendLetter(guest, `Sorry: ${code}`));
    this.complete();
  }
}

/** Forgets to wait for anything. */
@ProcessManager('hasty')
class Hasty extends Process {
  state = {};

  @StartsWith(GuestInvited)
  invited({ name }: GuestInvited): void {
    this.send(Object.assign(new SendLetter(this.id, name), { at: new Date(0) }));
  }
}

const invited = new GuestInvited('Ada');
const letter = new SendLetter('ada', 'Dear Ada');
const reminder = new SendLetter('ada', 'Do you come?');
const invitation = (...more: object[]) => givenProcess(Invitation, invited, ...more).of('ada');
const comes = (people: number) => new LetterAnsweredV1('ada', people);

describe('given a process', () => {
  it('passes for the commands that its events, messages and timers make it send', async () => {
    await givenProcess(Invitation).of('ada').when(invited).thenSends(letter);
    await invitation().thenSends(letter).thenGoesOn();
    await invitation().when(comes(2)).thenSends(new SetTable('ada', 2)).thenGoesOn();
    await invitation().whenTimePasses(minutes(10)).thenSends(reminder).thenState({ name: 'Ada', reminded: 1 });
  });

  it('lets timers come in their order and at their own times, over days as well', async () => {
    await invitation()
      .whenTimePasses(minutes(10) - 1)
      .thenSendsNothing();
    await invitation()
      .whenTimePasses(minutes(19))
      .whenTimePasses(minutes(1))
      .thenSends(reminder, reminder)
      .thenCompletes();
    await invitation().whenTimePasses(days(30)).thenSends(reminder, reminder).thenCompletes();
    await invitation(new GuestDeclined())
      .whenTimePasses(hours(1) + seconds(1))
      .thenSendsNothing()
      .thenCompletes();
  });

  it('takes an instance where the constructor has parameters', () =>
    givenProcess(new Invitation(seconds(5)), invited)
      .of('ada')
      .whenTimePasses(seconds(5))
      .thenSends(reminder));

  it('sends an answer of the command bus back to the process, as the dispatch does', () =>
    invitation(comes(3))
      .whenRejected(new SetTable('ada', 3), { code: 'house-full' })
      .thenSends(new SendLetter('ada', 'Sorry: house-full'))
      .thenCompletes());

  it('undoes what was done', () =>
    invitation(comes(3)).when(new GuestDeclined()).thenSends(new SetTable('ada', 0)).thenCompletes());

  it('tells several happenings one after the other, of several streams where it is said', () =>
    invitation(eventsOf('guest-bob', new GuestInvited('Bob')))
      .when(comes(1), eventsOf('guest-bob', new GuestDeclined()), new LetterAnsweredV1('ada', 2))
      .thenSends(new SetTable('ada', 1), new SetTable('ada', 2))
      .thenGoesOn());

  it('raises what an older build has stored to the present schema', () =>
    givenProcess(Invitation, storedEvent('guest.invited', 1, { who: 'Ada' }))
      .of('ada')
      .thenSends(letter));

  it('lets an event wait for the one that starts its process', () =>
    givenProcess(Invitation, comes(2))
      .of('ada')
      .when(invited)
      .whenTimePasses(seconds(30))
      .thenSends(letter, new SetTable('ada', 2)));

  it('passes when a record is parked that has to be, and says nothing of it afterwards', async () => {
    await invitation().when(comes(11)).thenParks(TooManyPeople).thenSendsNothing().thenGoesOn();
    await invitation().when(comes(11)).thenParks('too-many-people');
    await invitation().when(comes(11), comes(1)).thenParks(TooManyPeople).thenSendsNothing();
    await givenProcess(Invitation).when(comes(1)).whenTimePasses(minutes(15)).thenParks(ProcessNotStartedError);
  });
});

describe('given a process, a test fails', () => {
  it('when a command is missing, is one too many, another, or has other data', async () => {
    const answered = () => invitation().when(comes(2));
    const table = new SetTable('ada', 2);
    expect(await failureOf(() => answered().thenSends(table, letter))).toContain(
      'command 2: expected SendLetter, came nothing',
    );
    expect(await failureOf(() => answered().thenSendsNothing())).toContain(
      'command 1: expected no more, came SetTable',
    );
    expect(await failureOf(() => answered().thenSends(letter))).toContain(
      'command 1: expected SendLetter, came SetTable',
    );
    expect(await failureOf(() => answered().thenSends(new SetTable('ada', 3)))).toContain(
      'command 1, people: expected 3, came 2',
    );
    expect(await failureOf(() => answered().thenSends(new SetTable('ada', 2, 'window')))).toContain(
      "note: expected 'window', came undefined",
    );
  });

  it('when the order is another', async () => {
    const both = () => invitation().when(comes(1), comes(2));
    const failure = await failureOf(() => both().thenSends(new SetTable('ada', 2), new SetTable('ada', 1)));
    expect(failure).toContain('command 1, people: expected 2, came 1');
    expect(failure).toContain('command 2, people: expected 1, came 2');
  });

  it('and says what was expected, what came, what is still to come, and the story', async () => {
    const failure = await failureOf(() => invitation().whenTimePasses(minutes(9)).thenSends(reminder));
    expect(failure).toBe(
      [
        'The process sent other commands.',
        "Expected commands:\n  1 SendLetter { guest: 'ada', text: 'Do you come?' }",
        'Sent:\n  none',
        'Differences:\n  command 1: expected SendLetter, came nothing',
        'Timers:\n  reminder, due in 60000 ms',
        "Story:\n  given GuestInvited { name: 'Ada' }\n  when 540000 ms pass",
      ].join('\n\n'),
    );
  });

  it('when it has not completed, or has', async () => {
    expect(await failureOf(() => invitation().thenCompletes())).toContain('The process has not completed.');
    const declined = () => invitation().when(new GuestDeclined());
    expect(await failureOf(() => declined().thenGoesOn())).toContain('The process has completed.');
    expect(await failureOf(() => declined().thenSendsNothing().thenGoesOn())).toContain('The process has completed.');
    expect(await failureOf(() => declined().thenSends(letter).thenCompletes())).toContain('other commands');
  });

  it('when the state is another', async () => {
    expect(await failureOf(() => invitation().thenState({ reminded: 1 }))).toContain('reminded: expected 1, came 0');
  });

  it('when something was parked or waits, unless that is what is expected', async () => {
    const crowded = () => invitation().when(comes(11));
    for (const check of [
      () => crowded().thenSendsNothing(),
      () => crowded().thenGoesOn(),
      () => crowded().thenState({ reminded: 0 }),
    ]) {
      expect(await failureOf(check)).toContain(
        'post.letter.answered.v1 is parked: TooManyPeople (too-many-people): 11 people',
      );
    }
    expect(await failureOf(() => crowded().thenParks(WrongMind))).toContain(
      'Expected WrongMind; what was parked came of',
    );
    expect(await failureOf(() => crowded().thenParks('wrong-mind'))).toContain('Expected wrong-mind');
    expect(await failureOf(() => crowded().thenParks(TooManyPeople).thenSends(letter))).toContain('other commands');
    expect(await failureOf(() => invitation().when(comes(1)).thenParks(TooManyPeople))).toContain('came 0');
    expect(await failureOf(() => givenProcess(Invitation).when(comes(1)).thenSendsNothing())).toContain(
      'post.letter.answered.v1 is tried again later: ProcessNotStartedError',
    );
    expect(await failureOf(() => invitation(comes(11)).when(comes(1)).thenSends(letter))).toContain(
      'The process failed on what was given',
    );
  });

  it('when a command cannot be stored', async () => {
    const hasty = givenProcess(Hasty, invited);
    expect(await failureOf(() => hasty.thenSends(letter))).toContain(
      'Command SendLetter cannot be stored: at is a Date',
    );
  });

  it('when the story cannot be: what nobody reacts to, was never sent, or never started', async () => {
    expect(await failureOf(() => invitation().when(new GuestForgotten()).thenSendsNothing())).toContain(
      'Invitation does not react to GuestForgotten',
    );
    const rejected = () => invitation().whenRejected(new SetTable('ada', 3), { code: 'no' }).thenSendsNothing();
    expect(await failureOf(rejected)).toMatch(/has not sent SetTable .*Sent so far:\n {2}SendLetter/s);
    expect(await failureOf(() => givenProcess(Invitation).thenGoesOn())).toContain('No process has started');
    const two = givenProcess(Invitation, eventsOf('guest-a', invited), eventsOf('guest-b', invited));
    expect(await failureOf(() => two.thenGoesOn())).toContain('Several processes have started (a, b)');
    expect(await failureOf(() => invitation().when(comes(0.5)).thenSendsNothing())).toContain('The inbox would refuse');
  });

  it('when it expects nothing', async () => {
    expect(await failureOf(() => invitation())).toMatch(
      /^The test ends with givenProcess\(Invitation, …\) and expects nothing/,
    );
    expect(await failureOf(() => invitation().when(comes(1)))).toContain(
      'givenProcess(Invitation, …).when(…) and expects nothing',
    );
  });
});
