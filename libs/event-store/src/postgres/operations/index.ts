// The face of the operations' adapter.
export type { KnownMigrations } from './context-facts.js';
export { PostgresFigures } from './figures.js';
export { openContext, placeOf, type OpenContext, type OpenContextOptions } from './open-context.js';
export { PostgresOperationsLog } from './operations-log.js';
export { PostgresOperatorChanges } from './operator-changes.js';
export { parseSealKeys, type SealKeys } from '../seal/index.js';
export { readModelTables } from './read-model-tables.js';
export type { BeyondEnd, EpochOrder, EpochRenewal } from './renew-epoch.js';
export { inShadow, quoted, type Shadow, type ShadowOptions, type ShadowTable } from './shadow.js';
export { verifyProjection, type Difference, type Verified, type VerifyOptions } from './verify-projection.js';
