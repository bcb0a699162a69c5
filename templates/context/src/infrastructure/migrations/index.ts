// In the order they run; append-only.
import { CrateLoadSummary1764200000001 } from './1764200000001-crate-load-summary.js';

export const migrations = [CrateLoadSummary1764200000001];
