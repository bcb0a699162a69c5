// The table of contents of the freight depot context: what it has, sorted.
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStoreModule } from '@app/event-store';
import { CloseCrateLoadHandler } from './application/close-crate-load/close-crate-load.handler.js';
import { CrateLoadFollowUpConfig } from './application/crate-load-follow-up/crate-load-follow-up.config.js';
import { CrateLoadFollowUp } from './application/crate-load-follow-up/crate-load-follow-up.process.js';
import { FreightDepotSaga } from './application/freight-depot.saga.js';
import { GetCrateLoadHandler } from './application/get-crate-load/get-crate-load.handler.js';
import { ListCrateLoadsHandler } from './application/list-crate-loads/list-crate-loads.handler.js';
import { OpenCrateLoadHandler } from './application/open-crate-load/open-crate-load.handler.js';
import { CRATE_LOAD_SUMMARIES } from './application/ports/crate-load-summaries.js';
import { consumes, retired } from './context.js';
import { CrateLoad } from './domain/crate-load.js';
import { CrateLoadSummariesRepository } from './infrastructure/crate-load-summaries.repository.js';
import { CrateLoadSummary } from './infrastructure/crate-load-summary.entity.js';
import { FreightDepotConfig } from './infrastructure/freight-depot.config.js';
import { FreightDepotPublisher } from './infrastructure/freight-depot.publisher.js';
import { CrateLoadsController } from './interface/crate-loads.controller.js';
import { projections } from './projections.js';

const commandHandlers = [CloseCrateLoadHandler, OpenCrateLoadHandler];
const queryHandlers = [GetCrateLoadHandler, ListCrateLoadsHandler];
const sagas = [FreightDepotSaga];
const adapters = [{ provide: CRATE_LOAD_SUMMARIES, useClass: CrateLoadSummariesRepository }];
const followUpConfig = {
  provide: CrateLoadFollowUpConfig,
  inject: [FreightDepotConfig],
  useFactory: ({ FREIGHT_DEPOT_CLOSE_AFTER_MS }: FreightDepotConfig) =>
    new CrateLoadFollowUpConfig(FREIGHT_DEPOT_CLOSE_AFTER_MS),
};

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [CrateLoad],
      projections,
      processes: [CrateLoadFollowUp],
      providers: [followUpConfig],
      publishers: [FreightDepotPublisher],
      consumes,
      retired,
    }),
    TypeOrmModule.forFeature([CrateLoadSummary]),
  ],
  controllers: [CrateLoadsController],
  providers: [...commandHandlers, ...queryHandlers, ...sagas, ...adapters],
})
export class FreightDepotModule {}
