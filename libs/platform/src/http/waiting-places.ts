// How many requests may wait for a read model. They have nothing to do meanwhile, and would take the places of those that have: together they get
// half of the places in hand, and one user half of these.
import type { FastifyRequest } from 'fastify';
import { TooManyWaitingError } from '@app/event-store';
import { userOf } from '../auth/current-user.js';
import { networkOf } from './network-of.js';

export class WaitingPlaces {
  private static readonly ofRequest = new WeakMap<FastifyRequest, WaitingPlaces>();

  private all = 0;
  private readonly ofCaller = new Map<string, number>();
  private readonly limit: number;
  private readonly limitPerCaller: number;

  constructor(maxInFlight: number) {
    this.limit = Math.max(1, Math.floor(maxInFlight / 2));
    this.limitPerCaller = Math.max(1, Math.floor(this.limit / 2));
  }

  /** Its waits count here. */
  cover(request: FastifyRequest): void {
    WaitingPlaces.ofRequest.set(request, this);
  }

  /** Counts the wait until the returned function is called, once. @throws TooManyWaitingError */
  static take(request: FastifyRequest): () => void {
    return this.ofRequest.get(request)?.take(callerOf(request)) ?? (() => undefined);
  }

  private take(caller: string): () => void {
    const others = this.ofCaller.get(caller) ?? 0;
    if (this.all >= this.limit) throw new TooManyWaitingError(this.all);
    if (others >= this.limitPerCaller) throw new TooManyWaitingError(others);
    this.all += 1;
    this.ofCaller.set(caller, others + 1);
    return () => {
      this.all -= 1;
      const left = this.ofCaller.get(caller)! - 1;
      if (left > 0) this.ofCaller.set(caller, left);
      else this.ofCaller.delete(caller);
    };
  }
}

function callerOf(request: FastifyRequest): string {
  const user = userOf(request);
  return user ? `user ${user.id}` : `network ${networkOf(request.ip)}`;
}
