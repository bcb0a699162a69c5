// The whole system on one machine: PostgreSQL from npm, a database per context, a bus, the services. Used by start, dev, demo and the tests.
import { join, resolve } from 'node:path';
import {
  DEV_AUDIENCE,
  DEV_ISSUER,
  DEV_ISSUER_FOLDER,
  ensureDevIssuer,
  issueDevToken,
} from '../../libs/platform/src/auth/dev-issuer.js';
import { startPostgres, type EmbeddedPostgres } from '../postgres/index.js';
import { entryOf, services, type ServiceName } from './build.js';
import { claimFolder } from './claim.js';
import { choosePort } from './ports.js';
import { startService, type ServiceProcess } from './service-process.js';

export interface SystemOptions {
  /** Everything the system keeps lies below it. */
  readonly dataDir: string;
  /** Preferred HTTP ports; 0 or a taken one gives any free port. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** More environment for every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** How a service is run; default: its compiled entry. */
  readonly command?: (service: ServiceName) => readonly string[];
}

export interface System {
  readonly postgres: EmbeddedPostgres;
  readonly running: Readonly<Record<ServiceName, ServiceProcess>>;
  /** Connection string of a service's database, or of the bus. */
  databaseUrl(name: ServiceName | 'bus'): string;
  token(user: string, ...roles: string[]): Promise<string>;
  /** (Re)starts one service, e.g. after a kill. */
  restart(service: ServiceName): Promise<ServiceProcess>;
  /** Services first, the database last. Returns the services' exit codes. */
  stop(): Promise<Record<ServiceName, number | string>>;
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const dataDir = resolve(options.dataDir);
  const issuerDir = resolve(DEV_ISSUER_FOLDER);
  const { jwksFile } = await ensureDevIssuer(issuerDir);
  const release = await claimFolder(dataDir);
  const postgres = await startPostgres({
    dataDir: join(dataDir, 'postgres'),
    settings: { max_connections: 200 },
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const databaseUrl = (name: ServiceName | 'bus') => postgres.url(name.replace('-', '_'));
  const running: Partial<Record<ServiceName, ServiceProcess>> = {};

  const start = async (service: ServiceName, preferred = options.ports?.[service] ?? 0): Promise<ServiceProcess> => {
    const port = await choosePort(preferred);
    const started = startService({
      name: service,
      command: options.command?.(service) ?? [process.execPath, '--enable-source-maps', entryOf(service)],
      logFile: join(dataDir, 'logs', `${service}.log`),
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE_URL: databaseUrl(service),
        MESSAGE_BROKER: 'postgres',
        BUS_DATABASE_URL: databaseUrl('bus'),
        RUN_MIGRATIONS: 'true',
        AUTH_ISSUER: DEV_ISSUER,
        AUTH_AUDIENCE: DEV_AUDIENCE,
        AUTH_JWKS_FILE: jwksFile,
        ...options.env,
      },
    });
    return (running[service] = await started.catch((error: Error) => {
      // Somebody took the port between our look and the service's: any other will do.
      if (preferred === 0 || !error.message.includes('EADDRINUSE')) throw error;
      return start(service, 0);
    }));
  };

  const stop = async (): Promise<Record<ServiceName, number | string>> => {
    const codes = await Promise.all(services.map(async (name) => [name, (await running[name]?.stop()) ?? 0] as const));
    await postgres.stop();
    await release();
    return Object.fromEntries(codes) as Record<ServiceName, number | string>;
  };

  try {
    await Promise.all(
      [...services.map((name) => name.replace('-', '_')), 'bus'].map((name) => postgres.createDatabase(name)),
    );
    const starts = await Promise.allSettled(services.map((service) => start(service)));
    const failed = starts.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgres,
    running: running as Record<ServiceName, ServiceProcess>,
    databaseUrl,
    token: (user, ...roles) => issueDevToken({ folder: issuerDir, user, roles }),
    restart: (service) => start(service),
    stop,
  };
}
