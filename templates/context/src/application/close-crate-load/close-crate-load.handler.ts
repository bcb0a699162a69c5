// Only who opened it, an operator or the follow-up closes; to everybody else the crate load does not exist.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, MessageContext, type AppendResult } from '@app/event-store';
import { assertVersion } from '@app/kernel';
import { CrateLoad } from '../../domain/crate-load.js';
import { assertMayAccess, roleFor, type Actor } from '../actor.js';
import { CloseCrateLoad } from './close-crate-load.command.js';

@CommandHandler(CloseCrateLoad)
export class CloseCrateLoadHandler implements ICommandHandler<CloseCrateLoad> {
  constructor(@InjectAggregate(CrateLoad) private readonly crateLoads: AggregateStore<CrateLoad>) {}

  execute(command: CloseCrateLoad): Promise<AppendResult> {
    return command.by === 'follow-up' ? this.forTheFollowUp(command) : this.forSomebody(command, command.by);
  }

  /** Who opened it never changes, so it may be read ahead of the decision. The events name the role; the door, which does not know the crate load, could only guess it. */
  private async forSomebody(command: CloseCrateLoad, by: Actor): Promise<AppendResult> {
    const { crateLoadId, reason, expectedVersion } = command;
    const { openedBy } = (await this.crateLoads.load(crateLoadId)).state;
    assertMayAccess(by, crateLoadId, openedBy);
    const role = roleFor(by, openedBy);
    return MessageContext.as(`${role}:${by.id}`, () =>
      this.crateLoads.update(crateLoadId, (crateLoad) => {
        assertVersion(expectedVersion, crateLoad.version);
        crateLoad.close(reason, role);
      }),
    );
  }

  private forTheFollowUp({ crateLoadId, reason }: CloseCrateLoad): Promise<AppendResult> {
    return this.crateLoads.update(crateLoadId, (crateLoad) => crateLoad.close(reason, 'system'));
  }
}
