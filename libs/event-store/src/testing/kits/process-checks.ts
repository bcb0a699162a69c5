// What a test expects of a process, and how its failure reads: what was expected, what came, what it waits for, and the story.
import type { Class } from '../../core/index.js';
import type { StoredProcess } from '../../processes/index.js';
import { differencesOfLists, differencesOfNamed, show } from './differences.js';
import { errorLine, list, type Step } from './failure.js';
import { numbered } from './given-events.js';
import { setAsideLine, storyLines, type Ending } from './story.js';

export function checkSent(ending: Ending, expected: readonly object[], step: Step): void {
  checkHandled(ending, step);
  const differ = differencesOfLists('command', expected, ending.sent);
  if (differ.length === 0) return;
  const wanted = list('Expected commands', numbered(expected), 'none');
  const came = list('Sent', numbered(ending.sent), 'none');
  throw step.failure(
    ['The process sent other commands.', wanted, came, list('Differences', differ), timers(ending), story(ending)],
    { expected: numbered(expected), actual: numbered(ending.sent) },
  );
}

export function checkStatus(ending: Ending, expected: 'completed' | 'running', step: Step): void {
  checkHandled(ending, step);
  const { status } = theProcess(ending, step);
  if (status === expected) return;
  const sentence = expected === 'completed' ? 'The process has not completed.' : 'The process has completed.';
  throw step.failure([sentence, list('Sent', numbered(ending.sent), 'none'), timers(ending), story(ending)]);
}

/** From the end of the story, in milliseconds, or a time of the test's clock. */
export type Due = { readonly afterMs: number } | { readonly at: Date };

export function checkWakes(ending: Ending, timer: string, due: Due, step: Step): void {
  checkHandled(ending, step);
  const wanted = 'at' in due ? due.at.getTime() - ending.now.getTime() : due.afterMs;
  const named = ending.timers.filter(({ name }) => name === timer);
  if (named.some(({ inMs }) => inMs === wanted)) return;
  const when = 'at' in due ? `at ${due.at.toISOString()}, which is in ${wanted} ms` : `in ${wanted} ms`;
  const sentence =
    named.length === 0
      ? `No timer ${timer} is set: it was never set, or has fired.`
      : `The timer ${timer} is due at another time.`;
  const all = list('Timers', timerLines(ending), 'none');
  throw step.failure([sentence, `Expected: ${timer}, due ${when}`, all, story(ending)], {
    expected: wanted,
    actual: named.map(({ inMs }) => inMs),
  });
}

/** @param reason of the compensation; undefined: any */
export function checkCompensated(ending: Ending, reason: string | undefined, step: Step): void {
  checkHandled(ending, step);
  const { status, compensation } = theProcess(ending, step);
  const rest = [list('Sent', numbered(ending.sent), 'none'), timers(ending), story(ending)];
  if (!compensation) throw step.failure(['The process has taken nothing back.', ...rest]);
  if (status !== 'completed') throw step.failure(['The process has compensated, and goes on.', ...rest]);
  const refused = compensation.refused.map(({ type, code, message }) => `${type}: ${code}: ${message}`);
  if (refused.length > 0)
    throw step.failure(['The process was not taken back as a whole.', list('Refused', refused), ...rest]);
  if (reason === undefined || reason === compensation.reason) return;
  const sides = { expected: reason, actual: compensation.reason };
  throw step.failure([`It has compensated for another reason: ${compensation.reason}`, ...rest], sides);
}

export function checkProcessState(ending: Ending, expected: object, step: Step): void {
  checkHandled(ending, step);
  const { state } = theProcess(ending, step);
  const differ = differencesOfNamed(expected, state);
  if (differ.length === 0) return;
  throw step.failure([
    'The state is another.',
    list('Differences', differ),
    list('State', [show(state)]),
    story(ending),
  ]);
}

/** @param reason class of the error, or its code */
export function checkParked(ending: Ending, reason: Class<Error> | string, step: Step): void {
  const parked = ending.setAside.filter(({ status }) => status === 'parked');
  const name = typeof reason === 'string' ? reason : reason.name;
  const [one] = parked;
  if (!one || parked.length > 1) {
    const what = list('Set aside', ending.setAside.map(setAsideLine), 'nothing');
    throw step.failure([`Expected one parked record (${name}), came ${parked.length}.`, what, story(ending)]);
  }
  const code = (one.error as { code?: unknown } | undefined)?.code;
  const isMeant = typeof reason === 'string' ? code === reason : one.error instanceof reason;
  if (isMeant) return;
  const came = one.error === undefined ? one.reason : errorLine(one.error);
  throw step.failure([`Expected ${name}; what was parked came of ${came}`, story(ending)], { cause: one.error });
}

/** For what is expected besides: what stands behind a parked record is there because of it. */
export function withoutParked(ending: Ending): Ending {
  return { ...ending, setAside: ending.setAside.filter(({ status }) => status === 'waiting') };
}

/** A reaction that failed changes nothing, so without this a test that expects nothing would pass. */
function checkHandled({ setAside, story: told }: Ending, step: Step): void {
  const [first] = setAside;
  if (!first) return;
  const what = list('Set aside', setAside.map(setAsideLine));
  const sentence = 'Something was not handled. Where that is meant: thenParks(…).';
  throw step.failure([sentence, what, list('Story', storyLines(told))], { cause: first.error });
}

function theProcess({ rows, story: told }: Ending, step: Step): StoredProcess {
  const named = rows.length === 1 ? rows : rows.filter(({ id }) => id === told.id);
  if (named.length === 1) return named[0]!;
  const sentence =
    rows.length === 0
      ? 'No process has started. Does one of the events given have a @StartsWith?'
      : `Several processes have started (${rows.map(({ id }) => id).join(', ')}): say with .of(id) which is meant.`;
  throw step.failure([sentence, list('Story', storyLines(told))]);
}

function timers(ending: Ending): string {
  return list('Timers', timerLines(ending));
}

function timerLines({ timers: set }: Ending): string[] {
  return set.map(({ name, inMs }) => `${name}, due in ${inMs} ms`);
}

function story({ story: told }: Ending): string {
  return list('Story', storyLines(told));
}
