// I5 Effect once, for processes: every signal has its cause and reaches a process that exists, every timer fires once, every rejection is told once.
import type { InboundRow, ServiceState, SignalContent } from './service-state.js';
import { Findings, groupBy, type Violation } from './violation.js';

interface Signal extends InboundRow {
  readonly signal: SignalContent;
}

const SIGNALS = new Set(['process.timer', 'process.rejection', 'process.compensate']);

const nameOf = ({ process, id }: { process: string; id: string }): string => `${process}/${id}`;

export function checkProcesses(state: ServiceState): Violation[] {
  const findings = new Findings('I5');
  const known = new Set(state.processes.map(nameOf));
  checkRows(state, findings);
  checkTimers(state, known, findings);
  const signals = state.inbound.filter((row): row is Signal => row.signal !== undefined);
  checkSignals(state, signals, known, findings);
  checkRejections(state, signals, findings);
  return findings.found;
}

function checkRows({ service, processes }: ServiceState, findings: Findings): void {
  for (const row of processes) {
    if (row.status !== 'running' && row.status !== 'completed')
      findings.add('wrong', `${service}: process ${nameOf(row)} is ${row.status}, expected running or completed.`);
    if (row.stateVersion < 1)
      findings.add('wrong', `${service}: process ${nameOf(row)} has state version ${row.stateVersion}.`);
  }
}

function checkTimers({ service, timers, inbound }: ServiceState, known: ReadonlySet<string>, findings: Findings): void {
  const records = new Set(inbound.map(({ id }) => id));
  for (const timer of timers) {
    const what = `timer ${timer.name} ${timer.timerId} of ${nameOf(timer)}`;
    if (records.has(timer.timerId)) findings.add('duplicated', `${service}: ${what} has fired, and is to fire again.`);
    if (!known.has(nameOf(timer))) findings.add('wrong', `${service}: ${what} is for a process that does not exist.`);
  }
}

function checkSignals(
  { service }: ServiceState,
  signals: readonly Signal[],
  known: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const { id, type, key, signal } of signals) {
    const what = `${service}: ${type} ${id}`;
    if (!SIGNALS.has(type)) findings.add('wrong', `${what} came from no topic, and is no signal.`);
    else if (key !== nameOf(signal)) findings.add('wrong', `${what} is for ${nameOf(signal)}, and has the key ${key}.`);
    else if (!known.has(key)) findings.add('wrong', `${what} is for process ${key}, which does not exist.`);
  }
}

/** A rejection and its signal are two transactions: the command does not count as done before both are there. */
function checkRejections(
  { service, outgoing, commands }: ServiceState,
  signals: readonly Signal[],
  findings: Findings,
): void {
  const rejected = new Set(commands.filter(({ outcome }) => outcome === 'rejected').map(({ id }) => id));
  const answered = new Set(commands.map(({ id }) => id));
  const sent = new Map(outgoing.map((command) => [command.id, command]));
  const told = groupBy(
    signals.filter(({ type }) => type === 'process.rejection'),
    ({ signal }) => signal.commandId ?? '(none)',
  );
  for (const [commandId, rows] of told) {
    const command = sent.get(commandId);
    const what = `${command?.type ?? 'command'} ${commandId}`;
    for (const { id, key } of rows) {
      if (command?.key !== key)
        findings.add('wrong', `${service}: process.rejection ${id} tells ${key} of ${what}, which it has not sent.`);
    }
    if (rows.length > 1)
      findings.add('duplicated', `${service}: the rejection of ${what} was told ${rows.length} times.`);
    if (answered.has(commandId) && !rejected.has(commandId))
      findings.add('wrong', `${service}: ${what} was not rejected, and ${rows[0]!.key} was told so.`);
  }
  for (const { id, type, key, actor } of outgoing) {
    if (actor?.startsWith('process:') && rejected.has(id) && !told.has(id))
      findings.add('lost', `${service}: ${type} ${id} was rejected, and ${key} was not told.`);
  }
}
