// A trace for people: when, where, what, and below each hop why it went as it did.
import type { Trace, TraceNode } from '../../libs/event-store/src/operations/index.js';
import { cut, paint, safe, type Color, type Look } from './terminal.js';
import { timeText } from './text.js';

interface Layout {
  readonly look: Look;
  readonly context: number;
  readonly ms: number;
}

export function traceLines(look: Look, { found, roots, hops, contexts }: Trace): string[] {
  const all = everyNode(roots);
  const layout = {
    look,
    context: Math.max(...all.map(({ context }) => context.length)),
    ms: Math.max(...all.map((node) => msText(node).length)),
  };
  const correlation =
    found.correlationId === undefined ? 'no correlation id is recorded' : `correlation ${found.correlationId}`;
  const took = all.reduce((last, { ms }) => Math.max(last, ms), 0);
  return [
    cut(
      `${safe(correlation)}  ${hops} hop${hops === 1 ? '' : 's'} in ${took} ms, from ${timeText(all[0]!.time)}`,
      look.width,
    ),
    '',
    ...roots.flatMap((root) => nodeLines(layout, root, 0)),
    ...notes(look, found, all, contexts),
  ];
}

function nodeLines(layout: Layout, node: TraceNode, depth: number): string[] {
  const { look, context, ms } = layout;
  const when = `${node.time.toISOString().slice(11, 23)}  ${msText(node).padStart(ms)}  ${safe(node.context).padEnd(context)}  `;
  const indent = '  '.repeat(depth);
  const what = `${indent}${wordOf(node)} ${safe(node.type)}`;
  const rest = [node.outcome, placeOf(node), byOf(node), node.id].filter(Boolean).join('  ');
  const line = cut(`${when}${what}  ${safe(rest)}`, look.width);
  const below = ' '.repeat(when.length) + indent + '    ';
  return [
    line.replace(safe(node.type), (type) => paint(look, 'bold', type)),
    ...whyLines(node).map(([text, color]) => below + paint(look, color, cut(safe(text), look.width - below.length))),
    ...node.children.flatMap((child) => nodeLines(layout, child, depth + 1)),
  ];
}

function wordOf({ kind, by, dueAt }: TraceNode): string {
  if (kind === 'timer') return dueAt ? 'timer waits:' : 'timer fired:';
  if (kind === 'rejection') return 'told:';
  return kind === 'command' && by ? '> command' : kind;
}

/** Of an event the command says it. */
function byOf({ kind, by }: TraceNode): string | undefined {
  return by === undefined || kind === 'event' ? undefined : `by ${by}`;
}

function placeOf({ key, version }: TraceNode): string {
  return version > 0 ? `${key}#${version}` : key;
}

function msText({ ms }: TraceNode): string {
  return `${ms < 0 ? '' : '+'}${ms} ms`;
}

/** From here on it is worth a line how long a command that was sent took to its decision, in milliseconds. */
const LONG_MS = 1_000;

function whyLines(node: TraceNode): [string, Color][] {
  const { oddity, cause, reason, rejection, time, dueAt, decidedAt, setAside, operations, kind, outcome } = node;
  const lines: [string, Color][] = [];
  if (oddity === 'cause-missing') lines.push([`its cause ${cause} is not in what was looked at`, 'yellow']);
  if (oddity === 'cycle') lines.push([`its causes lead back to itself (${cause})`, 'red']);
  if (reason !== undefined) lines.push([`reason: ${reason}`, 'dim']);
  if (rejection) lines.push([`rejected: ${rejection.code}: ${rejection.message}`, 'yellow']);
  if (kind === 'command' && outcome === undefined) lines.push(['nothing is recorded about its outcome', 'dim']);
  const tookMs = (decidedAt ?? time).getTime() - time.getTime();
  if (tookMs >= LONG_MS) lines.push([`decided ${tookMs} ms after it was sent`, 'dim']);
  for (const { name, action, at, attempts, reason: failure } of operations)
    lines.push([
      `${name}: ${action === 'parked.replay' ? 'replayed' : 'given up'} by an operator ${timeText(at)}, parked after ${attemptsText(attempts)}: ${failure}`,
      'dim',
    ]);
  if (dueAt) lines.push([`due ${timeText(dueAt)}`, 'dim']);
  for (const { name, status, attempts, reason: failure, dueAt: next } of setAside) {
    const tries =
      status === 'behind' ? 'stands behind another of its key' : `${status} after ${attemptsText(attempts)}`;
    const again = status === 'waiting' && next ? `, next ${timeText(next)}` : '';
    lines.push([`${name}: ${tries}${again}${failure ? `: ${failure}` : ''}`, status === 'parked' ? 'red' : 'yellow']);
  }
  return lines;
}

function attemptsText(attempts: number): string {
  return `${attempts} attempt${attempts === 1 ? '' : 's'}`;
}

function notes(
  look: Look,
  { others }: Trace['found'],
  all: readonly TraceNode[],
  contexts: readonly string[],
): string[] {
  const lines = others.map(({ context, correlationId, time }) =>
    cut(`${safe(context)}: another request wrote to it ${timeText(time)}: es trace ${safe(correlationId)}`, look.width),
  );
  const odd = all.filter(({ oddity }) => oddity !== undefined).length;
  if (odd > 0)
    lines.push(
      `${odd} hop${odd === 1 ? ' has' : 's have'} no place below a cause; ${contexts.join(' and ')} were looked into. --within looks further.`,
    );
  return lines.length > 0 ? ['', ...lines] : [];
}

function everyNode(nodes: readonly TraceNode[]): TraceNode[] {
  return nodes.flatMap((node) => [node, ...everyNode(node.children)]);
}
