// I11 No poison spread: a bad message delays nothing but its own key, and is kept with what people need to mend it.
import type { ServiceState, SetAsideRow, UnreadableRow } from './service-state.js';
import { Findings, groupBy, type Violation } from './violation.js';

/** Bad messages that somebody sent on purpose. */
export interface PlantedPoison {
  /** The service they were meant for. */
  readonly service: string;
  /** `parked`: readable, and no handler can take it. `unreadable`: nobody can tell what it is. */
  readonly as: 'parked' | 'unreadable';
  /**
   * The keys they have in that service: of messages, of streams, or of processes (`<process>/<id>`), whichever its subscriptions go by.
   * Records of these keys may wait behind them. `null`: unreadable without a key.
   */
  readonly keys: readonly (string | null)[];
  /** Ids of those that were put on a topic from outside, so that no event of ours is their cause. */
  readonly messageIds?: readonly string[];
}

export function isPlanted(
  planted: readonly PlantedPoison[],
  as: PlantedPoison['as'],
  service: string,
  key: string | undefined,
): boolean {
  return planted.some((each) => each.as === as && each.service === service && each.keys.includes(key ?? null));
}

/** Over a service at rest. */
export function checkPoison(state: ServiceState, planted: readonly PlantedPoison[]): Violation[] {
  const findings = new Findings('I11');
  const queues = groupBy(state.setAside, ({ subscription, log, key }) => JSON.stringify([subscription, log, key]));
  for (const rows of queues.values()) {
    checkQueue(state, rows.toSorted(byPosition), planted, findings);
  }
  for (const { as, keys } of planted.filter(({ service }) => service === state.service)) {
    const kept: readonly (SetAsideRow | UnreadableRow)[] = as === 'parked' ? state.setAside : state.unreadable;
    if (!kept.some(({ key }) => keys.includes(key ?? null)))
      findings.add(
        'lost',
        `${state.service} has nothing ${as} under ${keys.join(', ')}, where bad messages were sent.`,
      );
  }
  return findings.found;
}

/** The records of one key that one subscription has set aside. */
function checkQueue(
  { service }: ServiceState,
  [head, ...others]: readonly SetAsideRow[],
  planted: readonly PlantedPoison[],
  findings: Findings,
): void {
  const { subscription, key, type, messageId, status, attempts, reason } = head!;
  const what = `${service}: ${subscription} has ${type} ${messageId} of key ${key}`;
  if (!isPlanted(planted, 'parked', service, key)) {
    const behind = others.length > 0 ? `, with ${others.length} behind it` : '';
    findings.add('wrong', `${what} aside (${status})${behind}, and nothing bad was sent under this key: ${reason}`);
  }
  if (status === 'waiting') findings.add('unfinished', `${what} still to try (${reason}).`);
  if (status === 'behind') findings.add('wrong', `${what} behind a record that is not there.`);
  if (status === 'parked' && (attempts < 1 || reason === ''))
    findings.add('wrong', `${what} parked after ${attempts} attempts because of "${reason}": nobody could mend that.`);
  for (const other of others) {
    if (other.status !== 'behind')
      findings.add(
        'wrong',
        `${service}: ${subscription} has two heads of key ${key}: ${messageId}, ${other.messageId}.`,
      );
  }
}

function byPosition(a: SetAsideRow, b: SetAsideRow): number {
  return a.position < b.position ? -1 : 1;
}
