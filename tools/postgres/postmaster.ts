// The running server: started, found again through its pid file, waited for.
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.js';
import { type Cluster, openPlace } from './cluster.js';
import type { ServerOwner } from './owner.js';
import { isAlive, isPostgres, spawnAs } from './process.js';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

interface PidFile extends Postmaster {
  readonly ready: boolean;
}

const READY_TIMEOUT_MS = 60_000; // crash recovery after a kill may take a while
const RETRY_EVERY_MS = 100;

/** The server that already runs on this data directory, for instance because the process that started it was killed. */
export async function findRunning(cluster: Cluster): Promise<Postmaster | undefined> {
  for (const deadline = Date.now() + 15_000; ; await sleep(RETRY_EVERY_MS)) {
    const file = await readPidFile(cluster);
    if (file === undefined || !isAlive(file.pid)) return undefined; // none, or stale: the server sorts that out itself
    if (!(await isPostgres(file.pid))) {
      await rm(join(cluster.dataDir, 'postmaster.pid'), { force: true }); // the number went to another program
      return undefined;
    }
    if (file.ready) return file;
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL with pid ${file.pid} is on ${cluster.dataDir} but does not get ready; stop it first.`,
      );
    }
  }
}

export interface LaunchOptions {
  readonly port?: number | undefined;
  readonly settings?: Readonly<Record<string, string | number>> | undefined;
  /** The port was its own before: whoever has it now will leave, e.g. a client whose outgoing connection was given that number. */
  readonly again?: boolean;
}

/** @throws Error with the end of the server's log, when it cannot be started. */
export async function launch(
  cluster: Cluster,
  binaries: PostgresBinaries,
  owner: ServerOwner | undefined,
  options: LaunchOptions,
): Promise<Postmaster> {
  for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(RETRY_EVERY_MS)) {
    const port = options.port ?? (await freePort());
    const outcome = await attempt(cluster, binaries, owner, port, options.settings ?? {}, deadline);
    if (typeof outcome !== 'string') return outcome;
    // Children of a killed server may live on for a moment and hold the data; a free port may be taken meanwhile.
    const passing =
      /lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(outcome) ||
      ((options.port === undefined || options.again) &&
        /could not bind|could not create any TCP\/IP sockets/.test(outcome));
    if (!passing || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start on ${cluster.dataDir}, port ${port}. Its log says:\n${outcome}`);
    }
  }
}

async function attempt(
  cluster: Cluster,
  binaries: PostgresBinaries,
  owner: ServerOwner | undefined,
  port: number,
  settings: Readonly<Record<string, string | number>>,
  deadline: number,
): Promise<Postmaster | string> {
  const all = { timezone: 'UTC', log_timezone: 'UTC', ...settings };
  const extra = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const place = await openPlace(cluster.dataDir, owner);
  const log = await open(cluster.logFile, 'a');
  const logStart = (await log.stat()).size;
  let failure: string | undefined;
  try {
    const args = ['-D', place.path, '-h', '127.0.0.1', '-p', String(port), '-k', '', ...extra];
    const stdio = ['ignore', log.fd, log.fd, ...(place.fd === undefined ? [] : [place.fd])] as const;
    const child = spawnAs(binaries.postgres, args, owner, [...stdio]);
    child.once('error', (error) => (failure = error.message));
    child.once('exit', () => (failure ??= ''));
    child.unref(); // the caller decides how long it lives
    while (failure === undefined) {
      const file = await readPidFile(cluster);
      if (file?.ready === true && file.pid === child.pid) return { pid: file.pid, port };
      if (Date.now() > deadline) {
        child.kill('SIGQUIT');
        failure = 'It was not ready in time.\n';
      } else await sleep(10);
    }
    return failure + (await readFile(cluster.logFile)).subarray(logStart).toString('utf8').trim();
  } finally {
    await log.close();
    await place.close();
  }
}

/** Its lines: pid, data directory, start time, port, socket directory, host, shared memory, status. */
async function readPidFile(cluster: Cluster): Promise<PidFile | undefined> {
  const text = await readFile(join(cluster.dataDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
