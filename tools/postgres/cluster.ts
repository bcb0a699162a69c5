// A data directory: made once by initdb, with a password of its own, found again on every later start.
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { type ServerOwner, isReachable } from './owner.js';
import { runToEnd } from './process.js';

export const SUPERUSER = 'postgres';

export interface Cluster {
  readonly dataDir: string;
  readonly password: string;
  /** What the server says goes here, beside the data directory. */
  readonly logFile: string;
}

/**
 * The password lies in `<dataDir>.password` (mode 0600), so that every later start, also of another process, can connect.
 * @throws Error when initdb fails or a data directory lies there without its password file.
 */
export async function prepareCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  owner: ServerOwner | undefined,
): Promise<Cluster> {
  const passwordFile = `${dataDir}.password`;
  const logFile = `${dataDir}.log`;
  if ((await stat(join(dataDir, 'PG_VERSION')).catch(() => undefined)) !== undefined) {
    const password = await readFile(passwordFile, 'utf8').catch(() => {
      throw new Error(`${dataDir} is a database, but its password file ${passwordFile} is gone; remove the folder.`);
    });
    return { dataDir, password: password.trim(), logFile };
  }
  const password = randomBytes(18).toString('base64url');
  await mkdir(dirname(dataDir), { recursive: true });
  await rm(dataDir, { recursive: true, force: true }); // half of an initdb that was interrupted
  await mkdir(dataDir, { mode: 0o700 });
  if (owner !== undefined) await chown(dataDir, owner.uid, owner.gid);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await chmod(passwordFile, 0o600); // the mode above counts only for a new file
  await initdb(dataDir, password, binaries, owner);
  return { dataDir, password, logFile };
}

async function initdb(
  dataDir: string,
  password: string,
  binaries: PostgresBinaries,
  owner: ServerOwner | undefined,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'initdb-'));
  const pwfile = join(scratch, 'password');
  await writeFile(pwfile, `${password}\n`, { mode: 0o600 });
  if (owner !== undefined) for (const path of [scratch, pwfile]) await chown(path, owner.uid, owner.gid);
  const place = await openPlace(dataDir, owner);
  try {
    // The builtin C.UTF-8 sorts the same on every platform and needs no locale of the operating system.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const auth = [`--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${pwfile}`];
    await runToEnd(binaries.initdb, ['-D', place.path, ...locale, ...auth], owner, place.fd);
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    await place.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

export interface Place {
  /** The data directory as the server has to be told. */
  readonly path: string;
  /** To be handed to the server as file descriptor 3; undefined when it can go there by name. */
  readonly fd: number | undefined;
  close(): Promise<void>;
}

/**
 * A root checkout under a closed home (mode 0700) cannot be walked into by the server's user. Linux lets it in through
 * a folder that we have opened for it; elsewhere the folder must be opened or moved by hand.
 */
export async function openPlace(dataDir: string, owner: ServerOwner | undefined): Promise<Place> {
  const direct = { path: dataDir, fd: undefined, close: () => Promise.resolve() };
  if (owner === undefined || (await isReachable(dataDir, owner))) return direct;
  if (process.platform !== 'linux') {
    throw new Error(
      `User ${owner.uid}, as whom PostgreSQL has to run because you are root, cannot reach ${dataDir}; ` +
        'work as a normal user, or in a folder that everybody may enter.',
    );
  }
  const handle = await open(dataDir, 'r');
  return { path: '/proc/self/fd/3', fd: handle.fd, close: () => handle.close() };
}
