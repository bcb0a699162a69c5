// Customers that keep their connections, as those of a proxy are kept, and come at a rate, whether those before are answered or not.
import { Agent, request } from 'node:http';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly token: string;
  readonly body?: object;
}

export interface Hit {
  readonly shot: Shot;
  /** 0 where the connection broke. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
  /** From the moment it had a connection to the end of its answer, in milliseconds: what waits in here is no wait for the service. */
  readonly ms: number;
}

export interface Load {
  /** Sent by each customer before the time begins, all at once: it opens the connections, which Node takes one by one. */
  readonly opening: Shot;
  /** Each has a connection of its own. */
  readonly customers: number;
  readonly forMs: number;
  /** Requests a second of all customers together, asked before each; default: each customer as soon as their last one is answered. */
  readonly perSecond?: () => number;
}

/** Resolves when the last answer is there; `heard` gets each one. */
export async function load(
  next: () => Shot,
  { opening, customers, forMs, perSecond }: Load,
  heard: (hit: Hit) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: customers });
  await Promise.all(Array.from({ length: customers }, () => fire(agent, opening)));
  const start = performance.now();
  const ends = () => performance.now() - start >= forMs;
  const ask = async () => heard(await fire(agent, next()));
  const one = async () => {
    while (!ends()) await ask();
  };
  await (perSecond ? atRate(perSecond, ends, ask) : Promise.all(Array.from({ length: customers }, one)));
  agent.destroy();
}

/** What is late is made up for: no answer that takes long makes the requests fewer. */
async function atRate(perSecond: () => number, ends: () => boolean, ask: () => Promise<void>): Promise<void> {
  const asked: Promise<void>[] = [];
  for (let at = performance.now(); !ends(); at += 1_000 / perSecond()) {
    const early = at - performance.now();
    if (early > 0) await sleep(early);
    else if (asked.length % 50 === 0) await setImmediate();
    asked.push(ask());
  }
  await Promise.all(asked);
}

function fire(agent: Agent, shot: Shot): Promise<Hit> {
  const { method, url, token, body } = shot;
  let sent = performance.now();
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = { authorization: `Bearer ${token}`, ...(payload && { 'content-type': 'application/json' }) };
  return new Promise((resolve) => {
    const hit = (status: number, text: string, retryAfter?: string) =>
      resolve({ shot, status, text, retryAfter, ms: performance.now() - sent });
    const outgoing = request(url, { method, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => hit(answer.statusCode!, text, answer.headers['retry-after']));
      answer.on('error', (error) => hit(0, String(error)));
    });
    outgoing.once('socket', () => (sent = performance.now()));
    outgoing.on('error', (error) => hit(0, String(error)));
    outgoing.end(payload);
  });
}

/** The value that all but one in a hundred stay below. */
export function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
