// I3 Global order, as far as tables show it: at rest every subscription has been over its whole log and has nothing left aside.
import type { ServiceState, SetAsideRow, SubscriptionRow } from './service-state.js';
import { Findings, type Violation } from './violation.js';

export interface GlobalOrderOptions {
  /** Set-aside records that are meant to be there. Default: none are. */
  readonly allowSetAside?: (row: SetAsideRow) => boolean;
}

/** Checkpoints pass over records a subscription does not want, so at rest each stands at the head of its log. */
export function checkGlobalOrder(
  state: ServiceState,
  { allowSetAside = () => false }: GlobalOrderOptions = {},
): Violation[] {
  const findings = new Findings('I3');
  for (const { name, log, position } of behind(state)) {
    findings.add(
      'unfinished',
      `${state.service}: subscription ${name} is at position ${position} of ${log}, which goes to ${headOf(state, log)}.`,
    );
  }
  const epochs = new Set(state.subscriptions.map(({ logEpoch }) => logEpoch));
  if (epochs.size > 1) {
    findings.add('wrong', `${state.service}: checkpoints are of ${epochs.size} log epochs: ${[...epochs].join(', ')}.`);
  }
  for (const row of state.setAside) {
    if (allowSetAside(row)) continue;
    findings.add(
      'unfinished',
      `${state.service}: ${row.subscription} has set ${row.type} ${row.messageId} of key ${row.key} aside (${row.status}): ${row.reason || 'its key is held'}.`,
    );
  }
  return findings.found;
}

/** Subscriptions whose checkpoint is not at the head of their log. */
export function behind(state: ServiceState): SubscriptionRow[] {
  return state.subscriptions.filter(({ log, position }) => position < headOf(state, log));
}

function headOf(state: ServiceState, log: SubscriptionRow['log']): bigint {
  return state[log].at(-1)?.position ?? 0n;
}
