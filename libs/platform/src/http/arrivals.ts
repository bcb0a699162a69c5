// Requests whose body is still on its way. Who sends it, and whether it ever comes, is not known yet: they have bounds of their own, and
// take no place of those that are in hand.
import type { FastifyRequest } from 'fastify';
import { networkOf } from './network-of.js';
import { ProblemException } from './problem.js';

export interface ArrivalLimits {
  /** Bodies on their way at a time; default 1,000. Each holds a socket and at most 100 kB. */
  readonly maxArriving?: number | undefined;
  /** Of those from one address, IPv6 by its first 64 bits; default 100. */
  readonly maxArrivingPerAddress?: number | undefined;
}

export class Arrivals {
  private all = 0;
  private readonly ofNetwork = new Map<string, number>();
  private readonly limit: number;
  private readonly limitPerNetwork: number;

  constructor({ maxArriving = 1_000, maxArrivingPerAddress = 100 }: ArrivalLimits) {
    this.limit = maxArriving;
    this.limitPerNetwork = maxArrivingPerAddress;
  }

  /**
   * Counts the request until the returned function is called; more calls of it do nothing. One without a body is there already.
   * @throws ProblemException 429 for too many from one address, 503 for too many in all
   */
  begin({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>): () => void {
    if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'])) return () => undefined;
    const network = networkOf(ip);
    const others = this.ofNetwork.get(network) ?? 0;
    if (others >= this.limitPerNetwork) throw tooManyOfYours();
    if (this.all >= this.limit) throw tooManyOfAll();
    this.all += 1;
    this.ofNetwork.set(network, others + 1);
    let isArriving = true;
    return () => {
      if (!isArriving) return;
      isArriving = false;
      this.end(network);
    };
  }

  private end(network: string): void {
    this.all -= 1;
    const left = (this.ofNetwork.get(network) ?? 1) - 1;
    if (left > 0) this.ofNetwork.set(network, left);
    else this.ofNetwork.delete(network);
  }
}

function tooManyOfYours(): ProblemException {
  return new ProblemException({
    status: 429,
    code: 'too-many-requests',
    detail: 'Too many requests from your address have begun and not arrived. Send them whole, or fewer at a time.',
  });
}

function tooManyOfAll(): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'overloaded',
    detail: 'Too many requests are still arriving. Nothing of this request was done: send it again in a moment.',
  });
}
