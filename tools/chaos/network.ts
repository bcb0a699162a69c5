// The way of one service to Kafka, spoilt in its proxy. The other service and whoever checks go on.
import type { FaultProxy } from '../faults/fault-proxy.js';
import { lasts, type Ground } from './ground.js';
import type { NetworkFault, PlannedFault } from './plan.js';

interface Way {
  readonly told: string;
  readonly spoil: (proxy: FaultProxy) => Promise<void>;
}

const ways: Readonly<Record<NetworkFault, Way>> = {
  'kafka-cut': {
    told: 'resets its connections and every new one',
    spoil: (proxy) => proxy.mode('reset'),
  },
  // What was sent has its effect, and nobody is told: it is sent again.
  'kafka-answers-lost': {
    told: 'lets requests through and resets the connection at the answer',
    spoil: (proxy) => proxy.mode('dropAfter', { bytes: 0, from: 'server' }),
  },
  'kafka-half-open': {
    told: 'lets nothing through, and tells nobody',
    spoil: (proxy) => proxy.mode('blackhole'),
  },
};

/** Resolves with whether a connection was there to be hit. */
export async function cutOff({ kind, service, ...fault }: PlannedFault, ground: Ground): Promise<boolean> {
  const { told, spoil } = ways[kind as NetworkFault];
  const proxy = ground.system.broker.network?.proxyOf(service!);
  if (!proxy) throw new Error(`The way of ${service} to Kafka is not ours to break.`);
  const before = proxy.counts();
  ground.say(`the network of ${service} to Kafka ${told}, for ${fault.lastsMs} ms`);
  try {
    await spoil(proxy);
    await lasts({ kind, ...fault }, ground);
  } finally {
    await proxy.mode('pass');
  }
  const { connections, cut } = proxy.counts();
  const begun = connections - before.connections;
  const hit = kind === 'kafka-half-open' ? before.open + begun : cut - before.cut;
  ground.say(`${service} reaches Kafka again; ${hit} connections were hit`);
  return hit > 0;
}
