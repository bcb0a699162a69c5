// Keeps a lease alive in the background, and says so the moment it cannot be sure of it any more.
import { LeaseLostError, outsideTransaction, type CheckpointStore, type Clock, type Lease } from '../../core/index.js';

export interface LeaseKeeperOptions {
  readonly lease: Lease;
  readonly ttlMs: number;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  /** Called once: another owner has it, or nobody could be reached for the whole time to live. */
  readonly onLost: (error: LeaseLostError) => void;
}

export class LeaseKeeper {
  private ended = false;
  private cancelRenewal: () => void = () => undefined;
  private cancelExpiry: () => void = () => undefined;

  constructor(private readonly options: LeaseKeeperOptions) {
    outsideTransaction(() => {
      this.expireIn(options.ttlMs);
      this.renewLater();
    });
  }

  end(): void {
    this.ended = true;
    this.cancelRenewal();
    this.cancelExpiry();
  }

  private renewLater(): void {
    this.cancelRenewal = this.options.clock.after(this.options.ttlMs / 3, () => void this.renew());
  }

  private expireIn(ms: number): void {
    this.cancelExpiry();
    this.cancelExpiry = this.options.clock.after(ms, () => this.lose());
  }

  private async renew(): Promise<void> {
    const { checkpoints, lease, ttlMs, clock } = this.options;
    const asked = clock.now().getTime();
    try {
      const kept = await checkpoints.renew(lease, ttlMs);
      if (this.ended) return;
      if (!kept) return this.lose();
      // Counted from before the question, so that we give up before the database gives the lease away.
      this.expireIn(Math.max(0, ttlMs - (clock.now().getTime() - asked)));
    } catch {
      // Unreachable for the moment: the next renewal may get through, and if none does the lease expires.
    }
    if (!this.ended) this.renewLater();
  }

  private lose(): void {
    if (this.ended) return;
    this.end();
    this.options.onLost(new LeaseLostError(this.options.lease.name, this.options.lease.epoch));
  }
}
