// Moments between two steps that a crash must not part: tests let the process end, fail or pause there. Without FAILPOINTS nothing happens at them.
import { ConfigurationError, UnavailableError } from './errors.js';

/** Each is named after the step before or after it. A new one needs its own test of a kill and of an error. */
export const failpoints = [
  'append.beforeInsert',
  'append.afterInsertBeforeCommit',
  'append.afterCommitBeforeReply',
  'relay.afterFetch',
  'relay.afterSendBeforeMark',
  'relay.afterMark',
  'inbox.beforeTx',
  'inbox.afterEffectBeforeCommit',
  'inbox.afterCommitBeforeOffset',
  'process.afterCommitBeforeDispatch',
  'gateway.afterCallBeforeRecord',
  'timer.afterFireBeforeMark', // named as the others; timers are fired and marked by one statement, and it lies behind that: see timer-worker.ts
  'projection.midBatch',
  'rebuild.beforeSwap',
] as const;

export type Failpoint = (typeof failpoints)[number];

export interface FailpointHit {
  readonly at: Failpoint;
  /** SIGKILL to this process; an UnavailableError, as from a database that is away; a TypeError, as from a bug; a pause of the whole process. */
  readonly action: 'kill' | 'throw' | 'bug' | 'delay';
  /** Of a delay, in milliseconds. */
  readonly ms: number;
}

const GRAMMAR = /^([\w.]+)=(?:(kill|throw|bug)|(delay):([1-9]\d{0,5}))(?:@([1-9]\d{0,5}))?$/;
const EXPECTED =
  'Expected <point>=<action>[@<n>], several separated by commas, each point once; actions: kill, throw, bug, delay:<ms>; ' +
  `n: at which passage, default 1; points: ${failpoints.join(', ')}.`;

/**
 * `relay.afterFetch=kill@3,append.beforeInsert=delay:15000`: each point acts once, at its n-th passage.
 * @throws ConfigurationError on any other text: a typing error must not turn a trial of faults into a run without them.
 */
export function armed(text: string, act: (hit: FailpointHit) => void = carryOut): (at: Failpoint) => void {
  const left = new Map<Failpoint, { passages: number; hit: FailpointHit }>();
  for (const part of text.split(',')) {
    const [, name, simple, delay, ms = '0', n = '1'] = GRAMMAR.exec(part.trim()) ?? [];
    const at = failpoints.find((known) => known === name);
    if (at === undefined || left.has(at)) throw new ConfigurationError(`FAILPOINTS has "${part}". ${EXPECTED}`);
    const action = (simple ?? delay) as FailpointHit['action'];
    left.set(at, { passages: Number(n), hit: { at, action, ms: Number(ms) } });
  }
  return (at) => {
    const point = left.get(at);
    if (!point || (point.passages -= 1) > 0) return;
    left.delete(at);
    act(point.hit);
  };
}

/** Tells first: whoever started this process knows by that line that the point was reached. */
function carryOut({ at, action, ms }: FailpointHit): void {
  process.stderr.write(`failpoint ${at}: ${action}\n`); // to a file or a pipe it is written when this returns
  if (action === 'throw') throw new UnavailableError(`failpoint ${at}`);
  if (action === 'bug') throw new TypeError(`failpoint ${at}`);
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  // The thread itself waits, so that no timer renews a lease meanwhile; and nothing goes on before the signal is here.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, action === 'delay' ? ms : undefined);
}

/** What arms them is said by messages of whoever has started the process: `{ failpoints: 'relay.afterFetch=throw@2' }`, each in place of the last. */
export function armedByMessages(
  from: Pick<NodeJS.Process, 'on' | 'channel'> = process,
  act?: (hit: FailpointHit) => void,
): (at: Failpoint) => void {
  let reached: (at: Failpoint) => void = () => undefined;
  from.on('message', (message: { readonly failpoints?: string } | null) => {
    if (message?.failpoints !== undefined) reached = armed(message.failpoints, act);
  });
  from.channel?.unref(); // to listen must not keep the process alive
  return (at) => reached(at);
}

const { NODE_ENV, FAILPOINTS } = process.env;

/** Never awaited: switched off, it costs a call of an empty function. `FAILPOINTS=messages` lets a process go on while one after the other acts. */
export const failpoint: (at: Failpoint) => void =
  NODE_ENV !== 'test' || !FAILPOINTS
    ? () => undefined
    : FAILPOINTS === 'messages'
      ? armedByMessages()
      : armed(FAILPOINTS);
