// givenProcess(Checkout, …).when(…).thenSends(…): a process manager in sentences, on the real engine, with a clock that the test moves.
import type { Class } from '../../core/index.js';
import type { Process, ProcessRejection } from '../../processes/index.js';
import { Step } from './failure.js';
import { happenings } from './given-events.js';
import {
  checkCompensated,
  checkParked,
  checkProcessState,
  checkSent,
  checkStatus,
  checkWakes,
  withoutParked,
  type Due,
} from './process-checks.js';
import { tell, type Ending, type Story, type Turn } from './story.js';
import { Unfinished } from './unfinished.js';

type StateOf<P extends Process> = P['state'];

/** What may be expected of a process. Each is a promise of itself and of those before it. */
export interface ProcessExpectations<P extends Process> {
  /** The commands sent since the first `when` (without any: by what was given), all of them, in this order. */
  thenSends(...commands: readonly [object, ...object[]]): ProcessOutcome<P>;
  thenSendsNothing(): ProcessOutcome<P>;
  /** Whatever comes later meets the tombstone. */
  thenCompletes(): ProcessOutcome<P>;
  /** It has taken its steps back and ended by that, for this reason; the commands say `thenSends`. Fails where one of them was refused. */
  thenCompensates(reason?: string): ProcessOutcome<P>;
  /** It has set a timer that is due so many milliseconds from the end of the story, or at that time of the test's clock. */
  thenWakes(timer: string, due: Due): ProcessOutcome<P>;
  /** It has started, and has not completed. */
  thenGoesOn(): ProcessOutcome<P>;
  /** The fields that are named. */
  thenState(state: Partial<StateOf<P>>): ProcessOutcome<P>;
  /** One record was given up, for an error of this class or code. Without it every expectation fails when anything was not handled: say it first. */
  thenParks(reason: Class<Error> | string): ProcessOutcome<P>;
}

export type ProcessOutcome<P extends Process> = Promise<void> & ProcessExpectations<P>;

const DEFAULT_ID = '00000000-0000-4000-8000-000000000001';
const EXPECTATIONS =
  '.thenSends(…), .thenSendsNothing(), .thenWakes(…), .thenCompletes(), .thenCompensates(), .thenGoesOn(), .thenState({ … }) or .thenParks(…)';

/** A process after these events. `process`: the class, or an instance where its constructor has parameters. */
export function givenProcess<P extends Process>(
  process: P | (new () => P),
  ...events: readonly object[]
): GivenProcess<P> {
  const instance = typeof process === 'function' ? new process() : process;
  return new GivenProcess({ process: instance, id: DEFAULT_ID, given: happenings(events), when: [] });
}

abstract class ProcessChain<P extends Process> extends Unfinished implements ProcessExpectations<P> {
  private ending: Promise<Ending> | undefined;

  constructor(
    protected readonly story: Story,
    called: string,
    mustGoOn: boolean,
  ) {
    const chain = `givenProcess(${story.process.constructor.name}, …)${called}`;
    super({ chain, next: `.when(…), .whenTimePasses(…), .whenRejected(…), ${EXPECTATIONS}`, mustGoOn });
  }

  /** These happen, one after the other: own events, or messages of another context, as the process's @On says. */
  when(...events: readonly object[]): ProcessAfter<P> {
    return this.after('when', ...happenings(events).map((happening): Turn => ({ kind: 'event', happening })));
  }

  /** In milliseconds: `minutes(15)`. A timer set for then is due. */
  whenTimePasses(ms: number): ProcessAfter<P> {
    return this.after('whenTimePasses', { kind: 'time', ms });
  }

  /** A command that the process has sent is refused by a business rule. */
  whenRejected(
    command: object,
    rejection: Pick<ProcessRejection, 'code'> & Partial<ProcessRejection>,
  ): ProcessAfter<P> {
    return this.after('whenRejected', {
      kind: 'rejection',
      command,
      rejection: { message: 'Rejected by the test.', ...rejection },
    });
  }

  thenSends(...commands: readonly [object, ...object[]]): ProcessOutcome<P> {
    return this.expectations().thenSends(...commands);
  }

  thenSendsNothing(): ProcessOutcome<P> {
    return this.expectations().thenSendsNothing();
  }

  thenCompletes(): ProcessOutcome<P> {
    return this.expectations().thenCompletes();
  }

  thenCompensates(reason?: string): ProcessOutcome<P> {
    return this.expectations().thenCompensates(reason);
  }

  thenWakes(timer: string, due: Due): ProcessOutcome<P> {
    return this.expectations().thenWakes(timer, due);
  }

  thenGoesOn(): ProcessOutcome<P> {
    return this.expectations().thenGoesOn();
  }

  thenState(state: Partial<StateOf<P>>): ProcessOutcome<P> {
    return this.expectations().thenState(state);
  }

  thenParks(reason: Class<Error> | string): ProcessOutcome<P> {
    return this.expectations().thenParks(reason);
  }

  private after(called: string, ...turns: readonly Turn[]): ProcessAfter<P> {
    this.goOn();
    return new ProcessAfter({ ...this.story, when: [...this.story.when, ...turns] }, `.${called}(…)`, true);
  }

  private expectations(): ProcessExpectations<P> {
    this.goOn();
    return expectationsOf((this.ending ??= tell(this.story)), Promise.resolve());
  }
}

class GivenProcess<P extends Process> extends ProcessChain<P> {
  constructor(story: Story) {
    super(story, '', false);
  }

  /** Id of own events' stream, and key of messages. The stream's category is the first word of its first event's type. */
  of(id: string): GivenProcess<P> {
    return new GivenProcess({ ...this.story, id });
  }
}

class ProcessAfter<P extends Process> extends ProcessChain<P> {}

function expectationsOf<P extends Process>(ending: Promise<Ending>, before: Promise<void>): ProcessExpectations<P> {
  const expect = (name: string, check: (ending: Ending, step: Step) => void, rest = ending): ProcessOutcome<P> => {
    const step = new Step(name);
    const checked = Promise.all([ending, before]).then(([end]) => check(end, step));
    return Object.assign(checked, expectationsOf<P>(rest, checked));
  };
  return {
    thenSends: (...commands) => expect('thenSends', (end, step) => checkSent(end, commands, step)),
    thenSendsNothing: () => expect('thenSendsNothing', (end, step) => checkSent(end, [], step)),
    thenCompletes: () => expect('thenCompletes', (end, step) => checkStatus(end, 'completed', step)),
    thenCompensates: (reason) => expect('thenCompensates', (end, step) => checkCompensated(end, reason, step)),
    thenWakes: (timer, due) => expect('thenWakes', (end, step) => checkWakes(end, timer, due, step)),
    thenGoesOn: () => expect('thenGoesOn', (end, step) => checkStatus(end, 'running', step)),
    thenState: (state) => expect('thenState', (end, step) => checkProcessState(end, state, step)),
    thenParks: (reason) =>
      expect('thenParks', (end, step) => checkParked(end, reason, step), ending.then(withoutParked)),
  };
}

export type { GivenProcess, ProcessAfter };
