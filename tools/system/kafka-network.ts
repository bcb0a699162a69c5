// Between some services and the system's own Kafka stands a proxy each, so that one of them can be cut off while the others go on.
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.js';
import type { ProxiedListener } from '../kafka/local-kafka.js';
import { sparePort } from '../kafka/ports.js';
import type { ServiceName } from './services.js';

export interface KafkaNetwork {
  /** What Kafka has to listen on beside its own port. */
  readonly listeners: readonly ProxiedListener[];
  /** What the service takes for Kafka; undefined where nothing stands between them. */
  proxyOf(service: ServiceName): FaultProxy | undefined;
  /** Safe to repeat. */
  close(): Promise<void>;
}

/** `promised`: ports that are taken in a moment. */
export async function layKafkaNetwork(
  services: readonly ServiceName[],
  promised: readonly number[],
): Promise<KafkaNetwork> {
  const listeners: ProxiedListener[] = [];
  const proxies = new Map<ServiceName, FaultProxy>();
  for (const service of services) {
    const taken = [...promised, ...listeners.map(({ port }) => port)];
    const port = await sparePort(taken);
    const proxy = await startFaultProxy({
      target: `tcp://127.0.0.1:${port}`,
      listen: await sparePort([...taken, port]), // a client that keeps calling could be given any other one as its own
    });
    listeners.push({ port, advertisedPort: proxy.port });
    proxies.set(service, proxy);
  }
  return {
    listeners,
    proxyOf: (service) => proxies.get(service),
    close: async () => void (await Promise.all([...proxies.values()].map((proxy) => proxy.close()))),
  };
}
