// I1 Durable: what was acknowledged exists, with the same id, stream, version and data; what was rejected does not, and what nobody knows of is there once at most.
import type { ServiceState } from './service-state.js';
import { Findings, type Violation } from './violation.js';

/** An append somebody got a yes for. Give what the answer said. */
export interface AcknowledgedAppend {
  readonly stream: string;
  /** Version of the stream after the append. */
  readonly version?: number;
  /** Id of one of its events. */
  readonly id?: string;
  /** `contentHash` of the data of the event at this id or, without one, at this version: what was asked is what is stored. */
  readonly dataHash?: string;
}

export function checkDurable(state: ServiceState, acknowledged: readonly AcknowledgedAppend[]): Violation[] {
  const findings = new Findings('I1');
  const streams = new Set(state.events.map(({ stream }) => stream));
  const places = new Map(state.events.map((event) => [`${event.version}@${event.stream}`, event]));
  const byId = new Map(state.events.map((event) => [event.id, event]));
  for (const { stream, version, id, dataHash } of acknowledged) {
    const event = id === undefined ? undefined : byId.get(id);
    if (id !== undefined && !event) {
      findings.add('lost', `${state.service} acknowledged event ${id} in ${stream}, and does not have it.`);
    } else if (event && event.stream !== stream) {
      findings.add('wrong', `${state.service} acknowledged event ${id} in ${stream}, and has it in ${event.stream}.`);
    }
    if (version !== undefined && !places.has(`${version}@${stream}`)) {
      findings.add('lost', `${state.service} acknowledged version ${version} of ${stream}, and does not have it.`);
    } else if (!streams.has(stream)) {
      findings.add('lost', `${state.service} acknowledged an append to ${stream}, and does not have the stream.`);
    }
    const stored = id === undefined ? places.get(`${version}@${stream}`) : event;
    if (stored && dataHash !== undefined && stored.dataHash !== dataHash)
      findings.add('wrong', `${state.service} acknowledged other data than it has in event ${stored.id} of ${stream}.`);
  }
  return findings.found;
}

/** A command that nobody got a yes for. */
export interface UnconfirmedCommand {
  readonly commandId: string;
  /** `unknown`: no answer came, so it may have taken effect once. `rejected`: it must have left nothing. */
  readonly outcome: 'unknown' | 'rejected';
}

export function checkUnconfirmed(state: ServiceState, unconfirmed: readonly UnconfirmedCommand[]): Violation[] {
  const findings = new Findings('I1');
  for (const { commandId, outcome } of unconfirmed) {
    const events = state.events.filter((event) => event.commandId === commandId);
    const decisions = state.commands.filter(({ id, outcome: answer }) => id === commandId && answer === 'accepted');
    if (outcome === 'rejected' && events.length > 0)
      findings.add('wrong', `${state.service} rejected command ${commandId}, and has ${events.length} events of it.`);
    const places = new Set(decisions.map(({ stream, step }) => `${step}@${stream}`));
    if (outcome === 'unknown' && places.size < decisions.length)
      findings.add(
        'duplicated',
        `Command ${commandId} was never answered, and took effect ${decisions.length} times in ${state.service}.`,
      );
  }
  return findings.found;
}
