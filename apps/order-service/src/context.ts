// What operations (`npm run es`) must know of the order context, and its module as well. Loaded without Nest.
import { orderEvents, paymentEvents } from '@app/contracts';

export { migrations } from './infrastructure/migrations/index.js';

/** Topics whose messages it stores and reacts to. */
export const consumes = [paymentEvents];

/** Topics it publishes to. */
export const publishes = [orderEvents];

/** Names of subscriptions that are gone on purpose: a checkpoint nobody owns stops the boot otherwise. */
export const retired: readonly string[] = ['checkout-confirm-paid', 'checkout-cancel-unpaid']; // sagas until the checkout became a process
