// Create, decide, save.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { CrateLoad } from '../../domain/crate-load.js';
import { OpenCrateLoad } from './open-crate-load.command.js';

@CommandHandler(OpenCrateLoad)
export class OpenCrateLoadHandler implements ICommandHandler<OpenCrateLoad> {
  constructor(@InjectAggregate(CrateLoad) private readonly crateLoads: AggregateStore<CrateLoad>) {}

  execute({ crateLoadId, subject, openedBy }: OpenCrateLoad): Promise<AppendResult> {
    return this.crateLoads.create(crateLoadId, (crateLoad) => crateLoad.open(subject, openedBy));
  }
}
