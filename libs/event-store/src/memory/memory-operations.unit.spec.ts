import { describeOperations } from '../testing/contracts/operations.contract.js';
import { createMemoryStore } from './create-memory-store.js';
import { memoryOperations } from './memory-operations.js';

describeOperations('memory', async () => {
  const store = createMemoryStore();
  const context = memoryOperations('lab-service', store);
  return {
    context,
    events: store.events,
    checkpoints: store.checkpoints,
    processes: store.processes,
    unitOfWork: store.unitOfWork,
    close: () => Promise.resolve(),
  };
});
