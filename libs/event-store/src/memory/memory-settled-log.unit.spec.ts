import { systemIds } from '../core/index.js';
import { describeSettledLog } from '../testing/contracts/settled-log.contract.js';
import { createMemoryStore, type MemoryStore } from './create-memory-store.js';

type Write = (store: MemoryStore, key: string, data: { n: number }) => Promise<unknown>;

const common = () => ({ id: systemIds.next(), type: 'test.happened', metadata: { correlationId: 'contract' } });

const writers: Record<'events' | 'inbound' | 'outgoing', Write> = {
  events: (store, stream, data) =>
    store.events.append({ stream, expected: 'any', events: [{ ...common(), schemaVersion: 1, data }] }),
  inbound: (store, key, data) =>
    store.inbound.store([{ ...common(), key, data, schemaVersion: 1, version: 0, topic: 'test', contentHash: '' }], []),
  outgoing: (store, key, data) => store.outgoing.append([{ ...common(), key, data }]),
};

for (const name of ['events', 'inbound', 'outgoing'] as const) {
  describeSettledLog(`the memory log ${name}`, async () => {
    const store = createMemoryStore();
    let n = 0;
    return {
      log: store.logs[name],
      append: async (keys) => {
        for (const key of keys) await writers[name](store, key, { n: (n += 1) });
      },
      close: () => Promise.resolve(),
    };
  });
}
