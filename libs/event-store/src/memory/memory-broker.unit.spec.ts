// The memory broker against the contract that every broker keeps.
import { systemClock } from '../core/index.js';
import { describeBroker } from '../testing/contracts/broker.contract.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryBus, type RawMessage } from './memory-bus.js';

describeBroker('memory', { outages: ['switched off'], foreignBytes: false }, () => {
  const bus = new MemoryBus(systemClock);
  return Promise.resolve({
    open: () => new MemoryBroker({ bus }),
    inject: async (topic, raw) => {
      bus.put(topic, 0, raw as RawMessage); // text only, as the traits say
      bus.wake();
    },
    outage: {
      begin: async () => void (bus.unavailable = true),
      end: async () => void (bus.unavailable = false),
    },
    close: () => Promise.resolve(),
  });
});
