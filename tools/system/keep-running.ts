// What an orchestrator does, for `npm start`: a service that dies is started again after a while, and one that keeps dying ends the whole.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.js';

type Running = Pick<ServiceProcess, 'ended'>;

export interface KeepRunningOptions {
  readonly name: string;
  readonly running: Running;
  readonly restart: () => Promise<Running>;
  /** Tells people what goes on. */
  readonly say: (line: string) => void;
  /**
   * Between a death and the next start, in milliseconds, default 20,000: longer than a lease lives, so that whoever looks in the meantime
   * sees what an outage looks like.
   */
  readonly pauseMs?: number;
  /** Milliseconds now; for tests. */
  readonly now?: () => number;
}

export interface Keeper {
  /** Resolves with a sentence when it has died so often that starting it again is no help. */
  readonly gaveUp: Promise<string>;
  /** Starts nothing any more; resolves once a start in hand is over. */
  close(): Promise<void>;
}

const PAUSE_MS = 20_000;
/** A life shorter than this, in milliseconds, counts as a failed start. */
const SHORT_LIFE_MS = 60_000;
const SHORT_LIVES_ALLOWED = 5;

export function keepRunning(options: KeepRunningOptions): Keeper {
  const closing = new AbortController();
  const closed = new Promise<'closed'>((resolve) => closing.signal.addEventListener('abort', () => resolve('closed')));
  const work = keep(options, closing.signal, closed);
  return {
    gaveUp: work.then((sentence) => sentence ?? new Promise<never>(() => undefined)),
    async close() {
      closing.abort();
      await work;
    },
  };
}

/** The sentence, or undefined when it was closed before there was one. */
async function keep(
  { name, running: first, restart, say, pauseMs = PAUSE_MS, now = Date.now }: KeepRunningOptions,
  signal: AbortSignal,
  closed: Promise<'closed'>,
): Promise<string | undefined> {
  let running: Running | undefined = first;
  let shortLives = 0;
  for (let born = now(); ; born = now()) {
    const end = await Promise.race([closed, running?.ended ?? 'its start failed']);
    if (signal.aborted) return undefined;
    shortLives = now() - born < SHORT_LIFE_MS ? shortLives + 1 : 1;
    if (shortLives > SHORT_LIVES_ALLOWED)
      return `${name} ended ${shortLives} times in a row (${end}); see ./data/logs.`;
    say(`${name} ended (${end}). The others go on; it is started again in ${Math.round(pauseMs / 1_000)} s.`);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    running = await restart().catch((error: Error) => {
      say(error.message);
      return undefined;
    });
    if (running && !signal.aborted) say(`${name} is running again.`);
  }
}
