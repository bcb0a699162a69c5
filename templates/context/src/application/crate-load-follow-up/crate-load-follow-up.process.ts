// Closes what nobody else has closed in time. One crate load, one process: it waits for the end, but not for ever.
import { On, OnTimer, Process, ProcessManager, StartsWith } from '@app/event-store';
import { CrateLoadClosed, CrateLoadOpened } from '../../domain/crate-load.events.js';
import { CloseCrateLoad } from '../close-crate-load/close-crate-load.command.js';
import { CrateLoadFollowUpConfig } from './crate-load-follow-up.config.js';

@ProcessManager('crate-load-follow-up')
export class CrateLoadFollowUp extends Process {
  state = {};

  constructor(private readonly config: CrateLoadFollowUpConfig) {
    super();
  }

  @StartsWith(CrateLoadOpened)
  opened(): void {
    this.wake('close', { afterMs: this.config.closeAfterMs });
  }

  @OnTimer('close')
  late(): void {
    this.send(new CloseCrateLoad(this.id, 'nobody closed it in time', 'follow-up'));
  }

  /** By this process or by anybody. */
  @On(CrateLoadClosed)
  closed(): void {
    this.complete();
  }
}
