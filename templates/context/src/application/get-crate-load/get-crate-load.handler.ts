// Rebuilds it from its few events, so that nobody is shown less than they have been answered. Lists read the read model.
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate } from '@app/event-store';
import { CrateLoad } from '../../domain/crate-load.js';
import { assertMayAccess } from '../actor.js';
import { viewOf, type CrateLoadView } from '../crate-load.view.js';
import { GetCrateLoad } from './get-crate-load.query.js';

@QueryHandler(GetCrateLoad)
export class GetCrateLoadHandler implements IQueryHandler<GetCrateLoad> {
  constructor(@InjectAggregate(CrateLoad) private readonly crateLoads: AggregateStore<CrateLoad>) {}

  /** @throws AggregateNotFoundError none, or somebody else's. */
  async execute({ crateLoadId, actor }: GetCrateLoad): Promise<CrateLoadView> {
    const crateLoad = await this.crateLoads.load(crateLoadId);
    assertMayAccess(actor, crateLoadId, crateLoad.state.openedBy);
    return viewOf(crateLoad, await this.crateLoads.history(crateLoadId));
  }
}
