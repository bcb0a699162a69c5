// The face of the operations' adapter.
export type { KnownMigrations } from './context-facts.js';
export { openContext, placeOf, type OpenContext, type OpenContextOptions } from './open-context.js';
export { PostgresOperationsLog } from './operations-log.js';
export { parseSealKeys, type SealKeys } from '../seal/index.js';
