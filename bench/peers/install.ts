// Peers come from npm into an ignored folder of their own, when they are asked for.
import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Opened } from '../append/opened.js';

const HERE = import.meta.dirname;
const PLACE = join(HERE, '../../.cache/bench');

export const PEERS = ['emmett', 'castore'] as const;

/** Connects to the database `url`, which is the peer's alone. */
export type OpenPeer = (url: string) => Promise<Opened>;

/** @throws Error with what npm said. */
export async function installPeers(): Promise<ReadonlyMap<string, OpenPeer>> {
  await mkdir(PLACE, { recursive: true });
  for (const file of ['package.json', ...PEERS.map((name) => `peers/${name}.mjs`)]) {
    await cp(join(HERE, '..', file), join(PLACE, file));
  }
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], {
    cwd: PLACE,
  });
  const peers = new Map<string, OpenPeer>();
  for (const name of PEERS) {
    const url = pathToFileURL(join(PLACE, 'peers', `${name}.mjs`)).href;
    const { open } = (await import(url)) as { open: OpenPeer };
    peers.set(name, open);
  }
  return peers;
}
