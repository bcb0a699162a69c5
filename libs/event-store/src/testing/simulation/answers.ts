// I10 Idempotent API: the same command is answered the same and decided once. And what I1 has to know of the answers.
import {
  Findings,
  groupBy,
  type AcknowledgedAppend,
  type SystemState,
  type UnconfirmedCommand,
  type Violation,
} from '../invariants/index.js';
import type { Answer, ClientRequest } from './workload.js';

export function checkAnswers(answers: readonly Answer[], { services }: SystemState): Violation[] {
  const same = new Findings('I10');
  for (const [id, ofOne] of groupBy(answers, ({ request }) => request.commandId)) {
    const { command, context } = ofOne[0]!.request;
    const texts = new Set(ofOne.map(textOf));
    const what = `${command.constructor.name} ${id}`;
    if (texts.size > 1) same.add('wrong', `${what} was answered with ${[...texts].join(' and with ')}.`);
    const events = services
      .find(({ service }) => service === context)!
      .events.filter(({ commandId }) => commandId === id);
    if (events.length > 1) same.add('duplicated', `${what} has left ${events.length} events.`);
  }
  return same.found;
}

/** By service: what somebody got a yes for. */
export function acknowledgedIn(answers: readonly Answer[]): Record<string, AcknowledgedAppend[]> {
  const all: Record<string, AcknowledgedAppend[]> = {};
  for (const { request, result } of answers) {
    if ('rejected' in result) continue;
    (all[request.context] ??= []).push({ stream: result.stream, version: result.version });
  }
  return all;
}

/** By service: what somebody got a no for, or no answer. */
export function unconfirmedIn(
  answers: readonly Answer[],
  unknown: ReadonlySet<ClientRequest>,
): Record<string, UnconfirmedCommand[]> {
  const all: Record<string, UnconfirmedCommand[]> = {};
  for (const { request, result } of answers)
    if ('rejected' in result) (all[request.context] ??= []).push({ commandId: request.commandId, outcome: 'rejected' });
  for (const { context, commandId } of unknown) (all[context] ??= []).push({ commandId, outcome: 'unknown' });
  return all;
}

/** Whether it was repeated is no part of the answer. */
function textOf({ result }: Answer): string {
  return 'rejected' in result
    ? `no (${result.rejected})`
    : `versions ${result.firstVersion} to ${result.version} of ${result.stream}`;
}
