// In the order they run; append-only.
import { OrderSummary1764000000001 } from './1764000000001-order-summary.js';
import { PriceList1764000000002 } from './1764000000002-price-list.js';
import { SlowBoat1764100000001 } from './1764100000001-slow-boat.js';

export const migrations = [OrderSummary1764000000001, PriceList1764000000002, SlowBoat1764100000001];
