import { describeMemberStore } from '../testing/contracts/member-store.contract.js';
import { createMemoryStore } from './create-memory-store.js';

describeMemberStore('memory', () =>
  Promise.resolve({ members: createMemoryStore().members, close: () => Promise.resolve() }),
);
