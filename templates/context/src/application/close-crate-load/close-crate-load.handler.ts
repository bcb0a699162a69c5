// Only who opened it, an operator or the follow-up closes; to everybody else the crate load does not exist.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { assertVersion } from '@app/kernel';
import { CrateLoad } from '../../domain/crate-load.js';
import type { ClosedBy } from '../../domain/crate-load.events.js';
import { assertMayAccess, type Actor } from '../actor.js';
import { CloseCrateLoad } from './close-crate-load.command.js';

@CommandHandler(CloseCrateLoad)
export class CloseCrateLoadHandler implements ICommandHandler<CloseCrateLoad> {
  constructor(@InjectAggregate(CrateLoad) private readonly crateLoads: AggregateStore<CrateLoad>) {}

  execute({ crateLoadId, reason, by, expectedVersion }: CloseCrateLoad): Promise<AppendResult> {
    return this.crateLoads.update(crateLoadId, (crateLoad) => {
      const role = by === 'follow-up' ? 'system' : roleOf(by, crateLoad);
      assertVersion(expectedVersion, crateLoad.version);
      crateLoad.close(reason, role);
    });
  }
}

/** @throws AggregateNotFoundError */
function roleOf(actor: Actor, { id, state: { openedBy } }: CrateLoad): ClosedBy {
  assertMayAccess(actor, id, openedBy);
  return actor.id === openedBy ? 'customer' : 'operator';
}
