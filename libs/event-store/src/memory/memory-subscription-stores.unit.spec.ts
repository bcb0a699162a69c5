import { describeSubscriptionStores } from '../testing/contracts/subscription-stores.contract.js';
import { createMemoryStore } from './create-memory-store.js';

describeSubscriptionStores('memory', async () => {
  const { checkpoints, parking, unitOfWork } = createMemoryStore();
  return { checkpoints, parking, unitOfWork, close: () => Promise.resolve() };
});
