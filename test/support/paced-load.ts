// Customers that keep their connections, as those of a proxy are kept, and come at a rate: together more often than a service can answer.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

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
  /** From the moment it was sent to the end of its answer, in milliseconds. */
  readonly ms: number;
}

export interface Load {
  /** Sent by each customer before the time begins, all at once: it opens the connections, which Node takes one by one. */
  readonly opening: Shot;
  /** Requests under way at a time, at most; each customer has a connection of its own. */
  readonly customers: number;
  readonly forMs: number;
  /** Requests a second of all customers together, asked before each; default: as soon as the last one is answered. */
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
  const customer = async (index: number): Promise<void> => {
    const pause = () => (perSecond ? (customers * 1_000) / perSecond() : 0);
    let at = start + (pause() * index) / customers;
    for (; at - start < forMs; at = Math.max(at + pause(), performance.now())) {
      const early = at - performance.now();
      if (early > 0) await sleep(early);
      heard(await fire(agent, next()));
    }
  };
  await Promise.all(Array.from({ length: customers }, (_, index) => customer(index)));
  agent.destroy();
}

function fire(agent: Agent, shot: Shot): Promise<Hit> {
  const { method, url, token, body } = shot;
  const sent = performance.now();
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
    outgoing.on('error', (error) => hit(0, String(error)));
    outgoing.end(payload);
  });
}

/** The value that all but one in a hundred stay below. */
export function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
