// The compiled services on a PostgreSQL of their own, as `npm start` runs them, for tests of the whole.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShopClient } from '../../tools/demo/shop-client.js';
import { openProbe, type CheckoutProbe } from '../../tools/demo/probe.js';
import { buildOnce } from '../../tools/system/build.js';
import { startSystem, type System } from '../../tools/system/system.js';

export interface WholeSystem {
  readonly system: System;
  readonly shop: ShopClient;
  readonly probe: CheckoutProbe;
  /** Logs lie in `logs/<service>.log` below it. */
  readonly dataDir: string;
  /** Stops everything and removes the data; the services' exit codes. Safe to repeat. */
  close(): Promise<Record<string, number | string>>;
}

/** How long requests are repeated while a service is down, in milliseconds: longer than a restart takes. */
const PATIENCE_MS = 60_000;

export async function startWholeSystem(env: Readonly<Record<string, string>> = {}): Promise<WholeSystem> {
  await buildOnce(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'nest-es-system-'));
  await chmod(folder, 0o711); // the database may run as another user
  const removeFolder = (): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    const system = await startSystem({ dataDir: folder, env });
    const probe = openProbe((name) => system.databaseUrl(name));
    const shop = new ShopClient({
      orders: () => system.running['order-service'].url,
      payments: () => system.running['payment-service'].url,
      customerToken: await system.token('alice', 'customer'),
      operatorToken: await system.token('olivia', 'operator'),
      patienceMs: PATIENCE_MS,
    });
    let closed: Promise<Record<string, number | string>> | undefined;
    const close = async (): Promise<Record<string, number | string>> => {
      await probe.close();
      const codes = await system.stop();
      await removeFolder();
      return codes;
    };
    return { system, shop, probe, dataDir: folder, close: () => (closed ??= close()) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
