// The contract in memory.
import { createMemoryStore } from './create-memory-store.js';
import { describeSnapshotStore } from '../testing/contracts/snapshot-store.contract.js';

describeSnapshotStore('MemorySnapshotStore', async () => ({
  ...createMemoryStore(),
  close: () => Promise.resolve(),
}));
