// The freight depot service: hands its module to the platform.
import { bootstrap } from '@app/platform';
import { FreightDepotModule } from './freight-depot.module.js';
import { FreightDepotConfig } from './infrastructure/freight-depot.config.js';
import { migrations } from './infrastructure/migrations/index.js';

await bootstrap(FreightDepotModule, {
  name: 'freight-depot-service',
  description: 'Opens and closes crate loads.',
  migrations,
  config: FreightDepotConfig,
});
