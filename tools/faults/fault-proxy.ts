// A network between a client and PostgreSQL, Kafka or a service, which a test can spoil and mend again.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { FaultyConnection } from './faulty-connection.js';
import type { Fault, FaultMode, OptionsOf } from './faults.js';

export interface FaultProxyOptions {
  /** Where the bytes go: any URL with host and port, e.g. a connection string. */
  readonly target: string;
  /** Port on 127.0.0.1; default: any free one. */
  readonly listen?: number;
  /**
   * Faults are for connections only that begin with this text, e.g. the application_name of some to PostgreSQL; `reset` and `refuse` are
   * for all. Default: for all.
   */
  readonly only?: string;
}

export interface ProxyCounts {
  /** Connections that clients have made. */
  readonly connections: number;
  readonly open: number;
  /** By the proxy itself. */
  readonly cut: number;
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
}

export interface FaultProxy {
  /** The target's URL, through the proxy. */
  readonly url: string;
  readonly port: number;
  /** From now on, for connections that are there and for new ones. */
  mode<M extends FaultMode>(mode: M, ...options: OptionsOf<M>): Promise<void>;
  counts(): ProxyCounts;
  /** Safe to repeat. */
  close(): Promise<void>;
}

/** Begins in mode `pass`. @throws Error the port to listen on is taken. */
export async function startFaultProxy({ target, listen = 0, only }: FaultProxyOptions): Promise<FaultProxy> {
  const to = new URL(target);
  const host = to.hostname.replace(/^\[(.*)\]$/, '$1');
  const open = new Set<FaultyConnection>();
  const counts = { connections: 0, cut: 0, client: 0, server: 0 };
  let fault: Fault = { kind: 'pass' };
  let server: Server | undefined;

  const start = async (port: number): Promise<number> => {
    if (server) return port;
    const listening = createServer({ allowHalfOpen: true }, (client) => {
      counts.connections += 1;
      if (fault.kind === 'reset') {
        counts.cut += 1;
        client.resetAndDestroy();
        return;
      }
      const connection = new FaultyConnection({
        client,
        host,
        port: Number(to.port),
        fault: () => fault,
        concerns: only === undefined ? undefined : (first) => first.includes(only),
        onBytes: (from, bytes) => (counts[from] += bytes),
        onClosed(closed, cut) {
          open.delete(closed);
          if (cut) counts.cut += 1;
        },
      });
      open.add(connection);
    });
    listening.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    server = listening;
    return (listening.address() as AddressInfo).port;
  };
  const cutAll = (): void => {
    for (const connection of open) connection.cut();
  };
  const stopListening = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = closing && new Promise((resolve) => closing.close(resolve));
    cutAll();
    await closed;
  };

  const port = await start(listen);
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.toString(),
    port,
    async mode(kind, ...[options]) {
      fault = { kind, ...options } as Fault;
      for (const connection of open) connection.startCounting();
      if (kind === 'refuse') return stopListening();
      if (kind === 'reset') cutAll();
      if (kind === 'blackhole') for (const connection of open) connection.goDark();
      await start(port);
    },
    counts: () => ({
      connections: counts.connections,
      open: open.size,
      cut: counts.cut,
      bytesFromClient: counts.client,
      bytesFromServer: counts.server,
    }),
    close: stopListening,
  };
}
