import { describeIdempotencyKeys } from '../testing/contracts/idempotency-keys.contract.js';
import { createMemoryStore } from './create-memory-store.js';
import { MovableClock } from './movable-clock.js';

describeIdempotencyKeys('memory', () => {
  const clock = new MovableClock();
  const { idempotencyKeys: keys, events: store } = createMemoryStore({ clock });
  const pass = (ms: number) => Promise.resolve(clock.advance(ms));
  return Promise.resolve({ keys, store, pass, close: () => Promise.resolve() });
});
