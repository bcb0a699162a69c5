// What a test expects of a decision, and how its failure reads: what was expected, what came, where they differ, and the history.
import { DomainError, type Class } from '../../core/index.js';
import type { Decision } from './decision.js';
import { differencesOfFields, differencesOfLists, differencesOfNamed, show } from './differences.js';
import { errorLine, list, type Step } from './failure.js';
import { numbered } from './given-events.js';

export function checkRaised(decision: Decision, expected: readonly object[], step: Step): void {
  const { raised, error } = decision;
  const wanted = list('Expected events', numbered(expected), 'none');
  if (error)
    throw step.failure([`The decision threw ${errorLine(error.thrown)}`, wanted, history(decision)], {
      cause: error.thrown,
    });
  const differ = differencesOfLists('event', expected, raised);
  if (differ.length > 0) {
    const came = list('Raised', numbered(raised), 'none');
    throw step.failure(
      ['The decision raised other events.', wanted, came, list('Differences', differ), history(decision)],
      { expected: numbered(expected), actual: numbered(raised) },
    );
  }
  checkRebuilt(decision, step);
}

export function checkRejected(decision: Decision, reason: Class<DomainError> | string, step: Step): void {
  const name = typeof reason === 'string' ? reason : reason.name;
  const thrown = thrownBy(decision, `a rejection, ${name}`, step);
  if (!(thrown instanceof DomainError)) {
    const what = `Expected a rejection, ${name}. What was thrown is no DomainError, it would be retried: ${errorLine(thrown)}`;
    throw step.failure([what, 'Where that is meant: thenThrows(…).', history(decision)], { cause: thrown });
  }
  const isMeant = typeof reason === 'string' ? thrown.code === reason : thrown instanceof reason;
  if (!isMeant) throw otherError(decision, name, thrown, step);
}

export function checkThrown(decision: Decision, error: Class<Error>, step: Step): void {
  const thrown = thrownBy(decision, error.name, step);
  if (!(thrown instanceof error)) throw otherError(decision, error.name, thrown, step);
}

export function checkState(decision: Decision, expected: object, step: Step): void {
  const { rebuilt, error } = decision;
  if (error)
    throw step.failure([`The decision threw ${errorLine(error.thrown)}`, history(decision)], { cause: error.thrown });
  const differ = differencesOfNamed(expected, rebuilt);
  if (differ.length > 0) {
    const state = list('State', [show(rebuilt)]);
    throw step.failure(['The state is another.', list('Differences', differ), state, history(decision)], {
      expected,
      actual: Object.fromEntries(
        Object.keys(expected).map((name) => [name, (rebuilt as Record<string, unknown>)[name]]),
      ),
    });
  }
  checkRebuilt(decision, step);
}

/** What a decision leaves in memory must be what its events give: anything else is gone with the next load. */
function checkRebuilt({ decided, rebuilt, ...decision }: Decision, step: Step): void {
  if (!decided) return;
  const differ = differencesOfFields(rebuilt, decided);
  if (differ.length === 0) return;
  throw step.failure([
    'The state after the decision is not the one its events give. Change the state only in @When methods, and only by what is in the event.',
    list('Differences (expected: rebuilt from the events; came: after the decision)', differ),
    history(decision),
  ]);
}

function thrownBy(decision: Decision, expected: string, step: Step): unknown {
  const { error, raised } = decision;
  if (error) return error.thrown;
  const came = list('Raised', numbered(raised), 'none');
  throw step.failure([`Expected ${expected}; the decision was accepted.`, came, history(decision)]);
}

function otherError(decision: Decision, expected: string, thrown: unknown, step: Step): Error {
  return step.failure([`Expected ${expected}, came ${errorLine(thrown)}`, history(decision)], { cause: thrown });
}

function history({ history: events }: Pick<Decision, 'history'>): string {
  return list('History', numbered(events), 'none: it does not exist yet');
}
