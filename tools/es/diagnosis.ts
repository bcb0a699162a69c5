// The doctor's answer for people: per context a few lines and a table, then every finding as a sentence.
import {
  duration,
  LAG_COUNTED,
  type Diagnosis,
  type ExaminedSubscription,
  type Finding,
} from '../../libs/event-store/src/operations/index.js';
import type { Io } from './io.js';
import { table, type Column } from './table.js';
import { cut, paint, safe, type Color } from './terminal.js';

const STATES: Readonly<Record<ExaminedSubscription['state'], Color>> = {
  working: 'green',
  idle: 'yellow',
  behind: 'red',
  stopped: 'red',
  paused: 'red',
  retired: 'dim',
};

const columns: readonly Column<ExaminedSubscription>[] = [
  { title: 'SUBSCRIPTION', of: ({ name }) => name, least: 20 },
  { title: 'LOG', of: ({ log }) => log },
  { title: 'POSITION', of: ({ cursor }) => cursor.position, align: 'right' },
  { title: 'LAG', of: ({ lag }) => (lag >= LAG_COUNTED ? `${LAG_COUNTED}+` : lag), align: 'right' },
  { title: 'OLDEST', of: ({ lagMs }) => (lagMs === undefined ? '-' : duration(lagMs)), align: 'right' },
  { title: 'STATE', of: ({ state }) => state, color: ({ state }) => STATES[state] },
  { title: 'LEASE', of: leaseText, least: 12 },
];

export function printDiagnosis(io: Io, diagnosis: Diagnosis): void {
  const { look } = io;
  const { context, place, server, subscriptions, writers, parked, processes, broker } = diagnosis;
  const line = (text: string) => io.out(`  ${cut(safe(text), look.width - 2)}`);
  const state = server ? `PostgreSQL ${server.version}` : 'not reachable';
  io.out(`${paint(look, 'bold', safe(context))}  ${safe(place)}  ${safe(state)}`);
  if (subscriptions.length > 0) for (const text of table(look, columns, subscriptions, '  ')) io.out(text);
  if (parked) {
    const { waiting, behind, parked: forGood, unreadable, unknownTypes, unmirrored } = parked;
    line(
      `set aside    ${forGood} parked, ${behind} behind them, ${waiting} to be tried again, ${unreadable} unreadable (${unknownTypes} of unknown types)${unmirrored > 0 ? `, ${unmirrored} to be mirrored` : ''}`,
    );
  }
  if (processes) {
    const { running, completed, scheduled, due } = processes;
    line(`processes    ${running} running, ${completed} completed; timers: ${scheduled} scheduled, ${due} due`);
  }
  if (broker) {
    const lag = broker.lag?.map(({ topic, messages }) => `${topic} ${messages} to fetch`).join(', ') ?? 'not reachable';
    const members = broker.members === undefined ? '' : `; consumers: ${broker.members}`;
    line(`broker       ${broker.name} ${broker.place}; ${lag}${members}`);
    const topics = broker.topics.map(({ topic, partitions, replicas }) => `${topic} ${partitions} x ${replicas}`);
    if (topics.length > 0) line(`topics       ${topics.join(', ')} (partitions x replicas)`);
  }
  for (const { log, pid, prepared, openMs, application, query } of writers) {
    const who = pid === undefined ? `prepared transaction ${prepared}` : `pid ${pid}`;
    const since = openMs === undefined ? '' : ` for ${duration(openMs)}`;
    line(`writing      ${log}: ${who} ${application ?? ''}${since}: ${query ?? ''}`);
  }
  io.out('');
}

export function printVerdict(io: Io, diagnoses: readonly Diagnosis[]): void {
  const { look } = io;
  const all = diagnoses.flatMap(({ context, findings }) => findings.map((finding) => ({ context, finding })));
  const problems = all.filter(({ finding }) => finding.severity === 'problem');
  for (const { context, finding } of [...problems, ...all.filter((one) => !problems.includes(one))]) {
    const [mark, color] = markOf(finding);
    io.out(`${paint(look, color, mark)} ${safe(context)}: ${safe(finding.sentence)}`);
  }
  if (problems.length === 0) io.out(paint(look, 'green', 'Nothing is wrong.'));
  else io.out(`\n${paint(look, 'red', `${problems.length} problem${problems.length === 1 ? '' : 's'}.`)}`);
}

function markOf({ severity }: Finding): [string, Color] {
  return severity === 'problem' ? ['x', 'red'] : ['-', 'yellow'];
}

function leaseText({ owner, leased, leasedUntil }: ExaminedSubscription): string {
  if (owner === undefined) return 'nobody';
  const until = leasedUntil ? ` until ${leasedUntil.toISOString().slice(11, 19)}Z` : '';
  return leased ? `${owner}${until}` : `${owner}, ended${until.replace(' until', '')}`;
}
