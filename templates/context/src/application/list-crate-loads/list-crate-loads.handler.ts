// Asks for one more than the page holds, to know whether there is another page.
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { pageOf } from '@app/kernel';
import { CRATE_LOAD_SUMMARIES, type CrateLoadSummaries } from '../ports/crate-load-summaries.js';
import { ListCrateLoads, type CrateLoadPage } from './list-crate-loads.query.js';

@QueryHandler(ListCrateLoads)
export class ListCrateLoadsHandler implements IQueryHandler<ListCrateLoads> {
  constructor(@Inject(CRATE_LOAD_SUMMARIES) private readonly summaries: CrateLoadSummaries) {}

  async execute({ actor, limit, status, before }: ListCrateLoads): Promise<CrateLoadPage> {
    const openedBy = actor.operator ? undefined : actor.id;
    const found = await this.summaries.list({ openedBy, status, before, limit: limit + 1 });
    const { items, next } = pageOf(found, limit);
    return { views: items.map(({ view }) => view), next };
  }
}
