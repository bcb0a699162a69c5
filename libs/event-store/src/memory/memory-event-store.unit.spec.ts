import { describeEventStore } from '../testing/contracts/event-store.contract.js';
import { createMemoryStore } from './create-memory-store.js';

describeEventStore('the memory event store', async () => {
  const { events: store, unitOfWork } = createMemoryStore();
  return { store, unitOfWork, close: () => Promise.resolve() };
});
