// What operations (`npm run es`) must know of the freight depot context, and its module as well. Loaded without Nest.
import { freightDepotEvents, freightDepotRequests } from '../../contracts/index.js';

export { migrations } from './infrastructure/migrations/index.js';

/** Topics whose messages it stores and reacts to. */
export const consumes = [freightDepotRequests];

/** Topics it publishes to. */
export const publishes = [freightDepotEvents];

/** Names of subscriptions that are gone on purpose: a checkpoint nobody owns stops the boot otherwise. */
export const retired: readonly string[] = [];
