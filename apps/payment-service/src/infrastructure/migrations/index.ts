// In the order they run; append-only.
import { PaymentSummary1764000000001 } from './1764000000001-payment-summary.js';
import { GatewayLedger1764000000002 } from './1764000000002-gateway-ledger.js';

export const migrations = [PaymentSummary1764000000001, GatewayLedger1764000000002];
