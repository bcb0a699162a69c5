// I11 No poison spread: a bad message delays nothing but its own key, and is kept with what people need to mend it.
import { placeOf } from './published-messages.js';
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
  /** What they were sent with: unreadable ones are kept with all of it, parked ones under its `ce_id` and `ce_type`. */
  readonly headers?: Readonly<Record<string, string>>;
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
  for (const poison of planted.filter(({ service }) => service === state.service)) {
    const { as, keys, headers = {} } = poison;
    const isIts = ({ key }: SetAsideRow | UnreadableRow): boolean => keys.includes(key ?? null);
    const unreadable = as === 'unreadable' ? state.unreadable.filter(isIts) : [];
    const parked = as === 'parked' ? state.setAside.filter(isIts) : [];
    if (unreadable.length + parked.length === 0)
      findings.add(
        'lost',
        `${state.service} has nothing ${as} under ${keys.join(', ')}, where bad messages were sent.`,
      );
    for (const row of unreadable) checkKept(state, row, headers, findings);
    if (parked.length > 0) checkParkedAs(state, parked, headers, findings);
  }
  return findings.found;
}

/** With the reason, and as it came. */
function checkKept(
  { service }: ServiceState,
  row: UnreadableRow,
  sent: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  const what = `${service} keeps the message at ${placeOf(row)}`;
  if (row.reasonCode === '' || row.detail === '') findings.add('wrong', `${what} without a reason.`);
  const changed = Object.keys(sent).filter((name) => row.headers[name] !== sent[name]);
  if (changed.length > 0) findings.add('wrong', `${what} without what was sent as ${changed.join(', ')}.`);
}

function checkParkedAs(
  { service }: ServiceState,
  rows: readonly SetAsideRow[],
  { ce_id: id, ce_type: type }: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  if (id === undefined) return;
  const isIt = (row: SetAsideRow): boolean => row.messageId === id && row.type === type && row.status === 'parked';
  if (!rows.some(isIt))
    findings.add('lost', `${service} has not parked ${type} ${id}, which was sent under ${rows[0]!.key}.`);
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
