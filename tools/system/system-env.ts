// data/system.env: where a running system listens, for shells and tutorials. `. data/system.env`, then curl "$ORDER_SERVICE_URL/orders".
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SystemEnv {
  /** By service: `order-service`. */
  readonly urls: Readonly<Record<string, string>>;
  /** Of a customer, for first requests. */
  readonly token: string;
}

export const SYSTEM_ENV = 'system.env';

/** For its owner alone: it holds a token. Returns what takes it away again. */
export async function writeSystemEnv(dataDir: string, { urls, token }: SystemEnv): Promise<() => Promise<void>> {
  const path = join(dataDir, SYSTEM_ENV);
  const lines = Object.entries(urls).map(([service, url]) => `${variableOf(service)}=${url}`);
  await writeFile(path, `${[...lines, `TOKEN=${token}`].join('\n')}\n`, { mode: 0o600 });
  return () => rm(path, { force: true });
}

function variableOf(service: string): string {
  return `${service.replaceAll('-', '_').toUpperCase()}_URL`;
}
