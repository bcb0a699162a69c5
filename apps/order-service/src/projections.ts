// The read models of the order context, for its module, and for operations (`npm run es -- projections`), which run them without Nest.
import { OrderSummaryProjection } from './infrastructure/order-summary.projection.js';

export const projections = [OrderSummaryProjection];
