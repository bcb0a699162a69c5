// The crate load: what may happen to it, and what has. Pure; `state` is plain data.
import { Aggregate, EventSourcedAggregate, When } from '@app/event-store/core';
import { CrateLoadAlreadyOpened, CrateLoadNotOpen } from './crate-load.errors.js';
import { CrateLoadClosed, CrateLoadOpened, type ClosedBy } from './crate-load.events.js';
import type { CrateLoadStatus } from './crate-load-status.js';

export interface CrateLoadState {
  readonly status: 'none' | CrateLoadStatus;
  readonly subject: string;
  readonly openedBy?: string;
  readonly closeReason?: string;
}

@Aggregate('crate_load')
export class CrateLoad extends EventSourcedAggregate<CrateLoadState> {
  state: CrateLoadState = { status: 'none', subject: '' };

  /** @throws CrateLoadAlreadyOpened */
  open(subject: string, openedBy?: string): void {
    if (this.exists) throw new CrateLoadAlreadyOpened(this.id);
    this.raise(new CrateLoadOpened(subject, openedBy));
  }

  /** Repeating it with the same reason changes nothing. @throws CrateLoadNotOpen */
  close(reason: string, by: ClosedBy): void {
    const { status, closeReason } = this.state;
    if (status === 'closed' && reason === closeReason) return;
    if (status !== 'open') throw new CrateLoadNotOpen(this.id, status);
    this.raise(new CrateLoadClosed(reason, by));
  }

  @When(CrateLoadOpened)
  protected opened({ subject, openedBy }: CrateLoadOpened): void {
    this.state = { status: 'open', subject, openedBy };
  }

  @When(CrateLoadClosed)
  protected closed({ reason }: CrateLoadClosed): void {
    this.state = { ...this.state, status: 'closed', closeReason: reason };
  }
}
