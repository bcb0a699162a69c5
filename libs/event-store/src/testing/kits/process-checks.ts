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

function timers({ timers: set }: Ending): string {
  const lines = set.map(({ name, inMs }) => `${name}, due in ${inMs} ms`);
  return list('Timers', lines);
}

function story({ story: told }: Ending): string {
  return list('Story', storyLines(told));
}
