import { describeDeadLetters } from '../testing/contracts/dead-letter-store.contract.js';
import { createMemoryStore } from './create-memory-store.js';
import { memoryOperations } from './memory-operations.js';

describeDeadLetters(
  'memory',
  async () => {
    const store = createMemoryStore();
    const { deadLetters, parking, inbound } = store;
    const { parked, changes } = memoryOperations('order-service', store);
    return { deadLetters, parking, inbound, parked, changes };
  },
  () => Promise.resolve(),
);
