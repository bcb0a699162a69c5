// The hops of one request as a tree: what led to what, across contexts. Pure, so that strange histories can be tried on it.
import { deterministicId } from '../../core/index.js';
import type { Collected } from './collect.js';
import { hopsOf, type Hop } from './hops.js';

export interface TraceNode extends Hop {
  /** Milliseconds since the first hop; negative where the clocks of two databases differ. */
  readonly ms: number;
  /** Set on a root that is none: what it names as its cause is not there, or follows from itself. */
  readonly oddity?: 'cause-missing' | 'cycle' | undefined;
  readonly children: readonly TraceNode[];
}

interface Open extends Omit<TraceNode, 'children' | 'oddity'> {
  oddity?: TraceNode['oddity'];
  children: Open[];
}

/** Commands that one handler sends are looked for up to this number. */
const SENT_AT_MOST = 8;

/** Roots in order of time; every hop is in it once. */
export function traceTree(collected: readonly Collected[]): TraceNode[] {
  const hops = collected.flatMap(hopsOf).toSorted(byTime);
  const start = hops[0]?.time.getTime() ?? 0;
  const nodes = hops.map((hop): Open => ({ ...hop, ms: hop.time.getTime() - start, children: [] }));
  const known = new Map(nodes.map((node) => [keyOf(node.context, node.id), node]));
  const sender = senders(collected, nodes);
  const causeOf = (node: Open): Open | undefined => {
    const cause = node.cause ?? sender.get(keyOf(node.context, node.id));
    if (cause === undefined) return undefined;
    return known.get(keyOf(node.context, cause)) ?? nodes.find(({ id }) => id === cause);
  };
  const roots: Open[] = [];
  for (const node of nodes) {
    const cause = causeOf(node);
    if (cause) cause.children.push(node);
    else {
      if (node.cause !== undefined) node.oddity = 'cause-missing';
      roots.push(node);
    }
  }
  const reached = new Set(roots.flatMap(everyOf));
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const circle = circleAbove(node, causeOf);
    const first = nodes.find((one) => circle.has(one))!; // the earliest of the circle stands for it
    const cause = causeOf(first)!;
    cause.children = cause.children.filter((child) => child !== first);
    first.oddity = 'cycle';
    roots.push(first);
    for (const one of everyOf(first)) reached.add(one);
  }
  return roots.toSorted(byTime);
}

/** The hops that follow from themselves, reached by going from cause to cause. */
function circleAbove(node: Open, causeOf: (node: Open) => Open | undefined): ReadonlySet<Open> {
  const passed = new Set<Open>();
  let at = node;
  for (; !passed.has(at); at = causeOf(at)!) passed.add(at);
  const circle = new Set<Open>();
  for (; !circle.has(at); at = causeOf(at)!) circle.add(at);
  return circle;
}

function everyOf(node: Open): Open[] {
  return [node, ...node.children.flatMap(everyOf)];
}

/** What `@EventsHandler` classes and command handlers sent themselves: the id of such a command derives from what it followed. */
function senders(collected: readonly Collected[], nodes: readonly Open[]): ReadonlyMap<string, string> {
  const senderOf = new Map<string, string>();
  const orphans = new Set(
    nodes
      .filter(({ kind, cause }) => kind === 'command' && cause === undefined)
      .map(({ context, id }) => keyOf(context, id)),
  );
  if (orphans.size === 0) return senderOf;
  for (const { context, subscriptions } of collected) {
    for (const { id, kind } of nodes.filter((node) => node.context === context)) {
      const seeds = kind === 'command' ? [id] : subscriptions.map((name) => `${name}:${id}`);
      for (const seed of seeds) {
        for (let child = 0; child < SENT_AT_MOST; child += 1) {
          const sent = keyOf(context, deterministicId(seed, 'child', child));
          if (orphans.has(sent)) senderOf.set(sent, id);
        }
      }
    }
  }
  return senderOf;
}

function keyOf(context: string, id: string): string {
  return `${context} ${id}`;
}

/** At the same time the cause goes first: a command before its events, an event before what others make of it. */
function byTime(a: Hop, b: Hop): number {
  return a.time.getTime() - b.time.getTime() || a.version - b.version;
}
