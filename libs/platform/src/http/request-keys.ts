// How long an Idempotency-Key lasts: the command it stands for, and the background work that forgets what is over.
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from '@app/event-store';
import { endsWithin, messageOf, onDuty } from '@app/event-store/core';

export const KEY_LASTS_MS = 86_400_000;

/** How often what is over is forgotten, in milliseconds. */
const EVERY_MS = 60_000;

/** Keys in one statement: it is over at once, whatever has piled up. */
const BATCH = 500;

/** A statement that hangs in a database that is away holds up no stop longer, in milliseconds: what it would forget is forgotten later. */
const STOPS_WITHIN_MS = 1_000;

/** For `@Inject`: how long a key lasts, in milliseconds. */
export const KEY_TTL = Symbol('KeyTtl');

@Injectable()
export class RequestKeys implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RequestKeys');
  private readonly stopping = new AbortController();
  private pruning: Promise<void> | undefined;

  /** Without an event store, as in tests of the HTTP side alone, nothing is recorded, and no key is ever over. */
  constructor(
    @Inject(KEY_TTL) private readonly ttlMs: number,
    @Optional() @Inject(EVENT_STORE_RUNTIME) private readonly runtime?: EventStoreRuntime,
  ) {}

  /** @throws UnavailableError */
  commandOf(key: string): Promise<string> {
    return this.runtime ? this.runtime.idempotencyKeys.commandOf(key, this.ttlMs) : Promise.resolve(key);
  }

  onApplicationBootstrap(): void {
    this.pruning = this.runtime && onDuty('subscriptions', () => this.prune(this.runtime!));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort('stopping');
    if (this.pruning) await endsWithin(this.pruning, STOPS_WITHIN_MS, this.runtime!.clock);
  }

  /** Until the service stops. Never rejects: what could not be forgotten now is forgotten later. */
  private async prune({ idempotencyKeys, clock }: EventStoreRuntime): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const pruned = await idempotencyKeys.prune(this.ttlMs, BATCH).catch((error: unknown) => {
        this.logger.warn(`Old idempotency keys could not be forgotten: ${messageOf(error)}`);
        return 0;
      });
      if (pruned < BATCH) await clock.sleep(EVERY_MS, signal);
    }
  }
}
