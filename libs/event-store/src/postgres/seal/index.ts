// The face of the seal.
export { anchorOf } from './anchor.js';
export { parseSealKeys, type SealKeys } from './seal-key.js';
export type { Seal } from './seal.js';
export { SEAL_SUBSCRIPTION, sealSubscription, type SealSubscriptionOptions } from './seal-subscription.js';
export { SealedLog } from './sealed-log.js';
export { verifyLog, type VerifyLogOptions } from './verify-log.js';
