// A network between a test and its PostgreSQL that can be cut and restored: what an outage looks like from inside a service.
import { startFaultProxy } from '../../tools/faults/fault-proxy.js';

export interface CuttableProxy {
  /** The database's connection string, through the proxy. */
  readonly url: string;
  /** Open connections are reset, new ones refused. */
  cut(): Promise<void>;
  /** On the same port again. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startCuttableProxy(databaseUrl: string): Promise<CuttableProxy> {
  const proxy = await startFaultProxy({ target: databaseUrl });
  return {
    url: proxy.url,
    cut: () => proxy.mode('refuse'),
    restore: () => proxy.mode('pass'),
    close: () => proxy.close(),
  };
}
