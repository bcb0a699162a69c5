// A real PostgreSQL from npm, without Docker: for `npm start`, the demo and the tests. Not for production.
import { resolve } from 'node:path';
import { findBinaries } from './binaries.js';
import { SUPERUSER, prepareCluster } from './cluster.js';
import { createDatabase, dropDatabase, withClient } from './databases.js';
import { serverOwner } from './owner.js';
import { findRunning, launch } from './postmaster.js';
import { isAlive, waitForEnd } from './process.js';

export {
  createDatabase,
  createRoles,
  dropDatabase,
  operatorOf,
  urlOfDatabase,
  urlOfRole,
  withClient,
} from './databases.js';

export interface PostgresOptions {
  /** Made on first use, found again later. Beside it lie `<dataDir>.password` and `<dataDir>.log`. */
  readonly dataDir: string;
  /** Default: any free one, another at every start. */
  readonly port?: number;
  /** Server settings, as after `-c`. They count for a server started now, not for one found running. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** Of the postmaster; another one after every start. */
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** True when the server was already running on the data directory, left by a process that died. */
  readonly reused: boolean;
  /** Connection string of the superuser, password included; default database `postgres`. */
  url(database?: string): string;
  /** `fast` ends transactions and checkpoints; `immediate` is a crash that recovers at the next start. Safe to repeat. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills the postmaster as a power cut would; the next start recovers. */
  kill9(): Promise<void>;
  /** Again after `stop` or `kill9`: on the same data and port, with the same settings. Does nothing while it runs. */
  start(): Promise<void>;
  /** Does nothing when it is there already. */
  createDatabase(name: string): Promise<void>;
  /** Also when somebody is connected to it; does nothing when there is none. */
  dropDatabase(name: string): Promise<void>;
}

/**
 * Returns once the server takes connections. The server lives until it is stopped, also beyond this process: callers
 * handle signals and call `stop`. A server that is found running on the data directory is used as it is.
 * @throws Error saying what to do, when this platform has none or the server does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const owner = serverOwner();
  const binaries = await findBinaries(owner);
  const cluster = await prepareCluster(resolve(options.dataDir), binaries, owner);
  const running = await findRunning(cluster);
  let { pid } = running ?? { pid: 0 };
  let port = running?.port ?? options.port;
  const start = async (again: boolean): Promise<void> => {
    ({ pid, port } = await launch(cluster, binaries, owner, { port, settings: options.settings, again }));
  };
  if (!running) await start(false);
  const url = (database = 'postgres'): string =>
    `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  await withClient(url(), (client) => client.query('SELECT 1')).catch((error: Error) => {
    throw new Error(`PostgreSQL with pid ${pid} is on ${cluster.dataDir}, but does not let us in: ${error.message}`);
  });

  return {
    port: port!,
    get pid() {
      return pid;
    },
    dataDir: cluster.dataDir,
    logFile: cluster.logFile,
    reused: running !== undefined,
    url,
    async stop(mode = 'fast') {
      signal(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      if (await waitForEnd(pid, 20_000)) return;
      signal(pid, 'SIGQUIT');
      if (!(await waitForEnd(pid, 10_000))) throw new Error(`PostgreSQL with pid ${pid} does not stop.`);
    },
    async kill9() {
      signal(pid, 'SIGKILL');
      await waitForEnd(pid, 10_000);
    },
    async start() {
      if (!isAlive(pid)) await start(true);
    },
    createDatabase: (name) => createDatabase(url(), name),
    dropDatabase: (name) => dropDatabase(url(), name),
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}
