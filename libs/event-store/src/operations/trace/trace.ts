// One request through all contexts, from any id of it: command, event, message, saga or process, the next command.
import { collect, type TracedContext } from './collect.js';
import { findRequest, type FoundRequest } from './find.js';
import { traceTree, type TraceNode } from './tree.js';

export interface Trace {
  readonly found: FoundRequest;
  /** What was looked at in every log. */
  readonly from: Date;
  readonly to: Date;
  readonly contexts: readonly string[];
  /** How many hops there are. */
  readonly hops: number;
  readonly roots: readonly TraceNode[];
}

export interface TraceOptions {
  readonly now: Date;
  /** Where to look, when the id tells it not at all or wrongly. */
  readonly around?: Date | undefined;
  /** How long after the find, in milliseconds; a request that waits for a timer may take days. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** What is found may be a late hop: so much before it is looked at too, in milliseconds. */
const BEFORE_MS = 3_600_000;

export async function trace(
  contexts: readonly TracedContext[],
  id: string,
  { now, around, withinMs, signal }: TraceOptions,
): Promise<Trace> {
  const found = await findRequest(contexts, id, { now, around });
  // Nothing tells when an unknown id was: then it is looked for in the past instead.
  const isGuess = found.context === undefined && found.time === now;
  const from = new Date(found.time.getTime() - (isGuess ? withinMs : BEFORE_MS));
  const to = new Date(found.time.getTime() + withinMs);
  const options = { from, to, alsoCommand: id, signal };
  const collected = await Promise.all(contexts.map((context) => collect(context, found.correlationId, options)));
  const roots = traceTree(collected);
  return { found, from, to, contexts: contexts.map(({ name }) => name), hops: count(roots), roots };
}

function count(nodes: readonly TraceNode[]): number {
  return nodes.reduce((sum, { children }) => sum + 1 + count(children), 0);
}
