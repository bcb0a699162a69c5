// A service of this folder as one file that Node runs: packed once, by Vite as in the tests (Nest's injector needs the decorator metadata).
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../../tools/system/pack.js';

export interface PackedService {
  readonly entry: string;
  remove(): Promise<void>;
}

export async function packService(name: 'things-service' | 'busy-service'): Promise<PackedService> {
  await mkdir('.cache', { recursive: true });
  const folder = await mkdtemp(join('.cache', 'packed-')); // below the project: what a service asks for at run time is found in node_modules
  await pack(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), folder, 'service.mjs');
  return { entry: join(folder, 'service.mjs'), remove: () => rm(folder, { recursive: true }) };
}
