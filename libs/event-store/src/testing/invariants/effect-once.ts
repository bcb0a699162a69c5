// I5 Effect once: every message is in each consumer's inbox exactly once, and every command a saga decided on was answered exactly once.
import { isPlanted, type PlantedPoison } from './poison.js';
import { messageId, placeOf } from './published-messages.js';
import { readable, stateOf, type ServiceShape, type SystemState } from './topology.js';
import type { CommandRow, ServiceState } from './service-state.js';
import { Findings, groupBy, type Violation } from './violation.js';

/** `planted`: unreadable messages that are meant to be there. */
export function checkEffectOnce(system: SystemState, planted: readonly PlantedPoison[] = []): Violation[] {
  const findings = new Findings('I5');
  for (const shape of system.shapes) {
    const state = stateOf(system, shape);
    checkInbox(system, shape, state, findings);
    checkUnreadable(state, planted, findings);
    checkOutgoing(shape, state, findings);
    checkDecisions(state, findings);
  }
  return findings.found;
}

function checkInbox(
  { published }: SystemState,
  { consumes }: ServiceShape,
  state: ServiceState,
  findings: Findings,
): void {
  const inbox = groupBy(state.inbound, ({ id }) => id);
  const messages = new Map(
    readable(state, published)
      .filter(({ topic }) => consumes.includes(topic))
      .map((message) => [messageId(message), message]),
  );
  for (const [id, { topic, headers }] of messages) {
    if (!inbox.has(id))
      findings.add('lost', `${state.service} has not received ${headers['ce_type']} ${id} of ${topic}.`);
  }
  for (const [id, rows] of inbox) {
    if (rows.length > 1)
      findings.add('duplicated', `${state.service} has message ${id} ${rows.length} times in its inbox.`);
    if (rows[0]!.signal === undefined && !messages.has(id))
      findings.add('wrong', `${state.service} has message ${id} in its inbox, which nobody published.`);
  }
}

function checkUnreadable(
  { service, unreadable }: ServiceState,
  planted: readonly PlantedPoison[],
  findings: Findings,
): void {
  for (const row of unreadable) {
    if (row.resolution !== undefined || isPlanted(planted, 'unreadable', service, row.key)) continue;
    findings.add('lost', `${service} could not read the message at ${placeOf(row)} (${row.reasonCode}).`);
  }
}

function checkOutgoing({ withoutDecision = [] }: ServiceShape, state: ServiceState, findings: Findings): void {
  const commands = groupBy(state.commands, ({ id }) => id);
  for (const [id, rows] of groupBy(state.outgoing, (outgoing) => outgoing.id)) {
    const { type, key } = rows[0]!;
    if (rows.length > 1)
      findings.add('duplicated', `${state.service} has stored outgoing command ${type} ${id} ${rows.length} times.`);
    const answers = commands.get(id) ?? [];
    if (answers.length === 0 && !withoutDecision.includes(type))
      findings.add(
        'lost',
        `${state.service} decided to send ${type} ${id} (${key}), and no decision is recorded for it.`,
      );
    for (const answer of answers) {
      if (answer.type !== type)
        findings.add('wrong', `${state.service} sent ${type} ${id}, and it was answered as ${answer.type}.`);
    }
  }
}

/** An event says which command decided it; that command's record says which versions: the two must tell the same story. */
function checkDecisions(state: ServiceState, findings: Findings): void {
  const accepted = groupBy(
    state.commands.filter(({ outcome }) => outcome === 'accepted'),
    ({ stream }) => stream,
  );
  const decisionsOn = (stream: string, version: number): CommandRow[] =>
    (accepted.get(stream) ?? []).filter(
      ({ firstVersion, version: last }) => firstVersion! <= version && version <= last!,
    );
  for (const { id, stream, version, commandId } of state.events) {
    const decisions = decisionsOn(stream, version);
    const what = `event ${id} (${stream} version ${version}) of ${state.service}`;
    if (decisions.length > 1)
      findings.add(
        'duplicated',
        `${decisions.length} commands claim ${what}: ${decisions.map((d) => d.id).join(', ')}.`,
      );
    if (commandId !== undefined && !decisions.some((decision) => decision.id === commandId)) {
      findings.add('wrong', `Command ${commandId} decided ${what}, and has no record of it.`);
    }
  }
  const places = new Set(state.events.map(({ stream, version }) => `${version}@${stream}`));
  for (const { id, type, stream, version } of [...accepted.values()].flat()) {
    if (!places.has(`${version}@${stream}`)) {
      findings.add(
        'lost',
        `${type} ${id} was accepted as version ${version} of ${stream}, which ${state.service} does not have.`,
      );
    }
  }
  for (const [decision, rows] of groupBy(state.commands, ({ id, stream, step }) => `${id} step ${step} on ${stream}`)) {
    if (rows.length > 1)
      findings.add('duplicated', `${state.service} has ${rows.length} outcomes of command ${decision}.`);
  }
}
