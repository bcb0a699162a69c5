// I10 Idempotent API, and of I1 what answers promise: the same command is answered the same, what was rejected has left nothing.
import { Findings, groupBy, type AcknowledgedAppend, type SystemState, type Violation } from '../invariants/index.js';
import type { Answer } from './workload.js';

export function checkAnswers(answers: readonly Answer[], { services }: SystemState): Violation[] {
  const same = new Findings('I10');
  const durable = new Findings('I1');
  for (const [id, ofOne] of groupBy(answers, ({ request }) => request.commandId)) {
    const { command, context } = ofOne[0]!.request;
    const texts = new Set(ofOne.map(textOf));
    const what = `${command.constructor.name} ${id}`;
    if (texts.size > 1) same.add('wrong', `${what} was answered with ${[...texts].join(' and with ')}.`);
    const events = services
      .find(({ service }) => service === context)!
      .events.filter(({ commandId }) => commandId === id);
    if (ofOne.some(({ result }) => 'rejected' in result) && events.length > 0)
      durable.add('wrong', `${what} was rejected, and has left ${events.length} events.`);
    if (events.length > 1) same.add('duplicated', `${what} has left ${events.length} events.`);
  }
  return [...same.found, ...durable.found];
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

/** Whether it was repeated is no part of the answer. */
function textOf({ result }: Answer): string {
  return 'rejected' in result
    ? `no (${result.rejected})`
    : `versions ${result.firstVersion} to ${result.version} of ${result.stream}`;
}
