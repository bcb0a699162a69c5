// The read models of the payment context, for its module, and for operations (`npm run es -- projections`), which run them without Nest.
import { PaymentSummaryProjection } from './infrastructure/payment-summary.projection.js';

export const projections = [PaymentSummaryProjection];
