// The read models of the freight depot context, for its module, and for operations (`npm run es -- projections`), which run them without Nest.
import { CrateLoadSummaryProjection } from './infrastructure/crate-load-summary.projection.js';

export const projections = [CrateLoadSummaryProjection];
