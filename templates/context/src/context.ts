// What both the module and `npm run es` need to know about this context.
import { freightDepotRequests } from '../../contracts/index.js';

export { migrations } from './infrastructure/migrations/index.js';

/** Topics whose messages it hears. */
export const consumes = [freightDepotRequests];

/** Names of subscriptions that existed once and are gone on purpose. */
export const retired: readonly string[] = [];
