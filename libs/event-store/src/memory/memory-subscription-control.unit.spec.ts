import { describeSubscriptionControl } from '../testing/contracts/subscription-control.contract.js';
import { createMemoryStore } from './create-memory-store.js';

describeSubscriptionControl('memory', async () => {
  const store = createMemoryStore();
  return { ...store, close: () => Promise.resolve() };
});
