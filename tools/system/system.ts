// The whole system on one machine: PostgreSQL from npm, a database per context, a broker, the services. Used by start, dev, demo and the tests.
import { join, resolve } from 'node:path';
import {
  DEV_AUDIENCE,
  DEV_ISSUER,
  DEV_ISSUER_FOLDER,
  ensureDevIssuer,
  issueDevToken,
} from '../../libs/platform/src/auth/dev-issuer.js';
import { ensureDevSealKey } from '../../libs/platform/src/auth/dev-seal-key.js';
import { databaseOf } from '../contexts/context.js';
import { createRoles, operatorOf, startPostgres, urlOfRole, type EmbeddedPostgres } from '../postgres/index.js';
import { brokerEnvironment, openBroker, type BrokerName, type KafkaOptions, type SystemBroker } from './broker.js';
import { entryOf } from './build.js';
import { claimFolder } from './claim.js';
import { keepToBroker, rememberBroker } from './data-broker.js';
import { choosePort } from './ports.js';
import { startService, type ServiceProcess } from './service-process.js';
import { services, type ServiceName } from './services.js';

type Environment = Readonly<Record<string, string>>;

export interface SystemOptions {
  /** Everything the system keeps lies below it. */
  readonly dataDir: string;
  /** Where PostgreSQL keeps its files, default `<dataDir>/postgres`. */
  readonly databaseDir?: string | undefined;
  /** Default `postgres`. */
  readonly broker?: BrokerName;
  /** For `broker: 'kafka'`. */
  readonly kafka?: KafkaOptions;
  /** Preferred HTTP ports; 0 or a taken one gives any free port. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** More environment for every service. */
  readonly env?: Environment;
  /** How a service is run; default: its compiled entry. */
  readonly command?: (service: ServiceName) => readonly string[];
  /** What takes long, for people. */
  readonly log?: (line: string) => void;
}

export interface System {
  readonly postgres: EmbeddedPostgres;
  readonly broker: SystemBroker;
  /** One for each context there was at start, in the order of their ports. */
  readonly services: readonly ServiceName[];
  /** The first process of the service, also when it has ended. @throws Error when there is no such service. */
  running(service: ServiceName): ServiceProcess;
  /** Connection string of a service's database, or of `bus`, as a superuser. */
  databaseUrl(name: string): string;
  token(user: string, ...roles: string[]): Promise<string>;
  /** (Re)starts one service, e.g. after a kill; `env` is added to the environment of this start alone. */
  restart(service: ServiceName, env?: Environment): Promise<ServiceProcess>;
  /** One more process of the service, on a port of its own; it says what it does in `<service>-2.log`, the next in `-3`. */
  startReplica(service: ServiceName, env?: Environment): Promise<ServiceProcess>;
  /** Services first, then the broker, the database last. Exit codes of the services, and of replicas that were still running. */
  stop(): Promise<Record<string, number | string>>;
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const dataDir = resolve(options.dataDir);
  const brokerName = options.broker ?? 'postgres';
  const names = services();
  const issuerDir = resolve(DEV_ISSUER_FOLDER);
  const { jwksFile, masterKeyFile } = await ensureDevIssuer(issuerDir);
  const sealKeyFile = await ensureDevSealKey(issuerDir);
  const held = [await claimFolder(dataDir)]; // given back in reverse
  const first = new Map<ServiceName, ServiceProcess>();
  const replicas = new Map<string, ServiceProcess>();

  const stop = async (): Promise<Record<string, number | string>> => {
    const codes = await Promise.all(
      [...first, ...replicas].map(async ([name, one]) => [name, await one.stop()] as const),
    );
    for (let giveBack = held.pop(); giveBack; giveBack = held.pop()) await giveBack();
    return Object.fromEntries(codes);
  };

  try {
    await keepToBroker(dataDir, brokerName);
    const postgres = await startPostgres({
      dataDir: options.databaseDir ?? join(dataDir, 'postgres'),
      settings: { max_connections: 300 },
    });
    held.push(() => postgres.stop());
    const databaseUrl = (name: string) => postgres.url(databaseOf(name));
    await Promise.all([...names.map(databaseOf), 'bus'].map((database) => postgres.createDatabase(database)));
    for (const database of names.map(databaseOf)) await createRoles(postgres.url(), database);
    const broker = await openBroker(brokerName, dataDir, options.kafka ?? {}, options.log ?? (() => undefined));
    held.push(() => broker.close());
    await rememberBroker(dataDir, broker);

    const launch = async (
      service: ServiceName,
      name: string,
      preferred: number,
      env?: Environment,
    ): Promise<ServiceProcess> => {
      const port = await choosePort(preferred);
      const started = startService({
        name,
        command: options.command?.(service) ?? [process.execPath, '--enable-source-maps', entryOf(service)],
        logFile: join(dataDir, 'logs', `${name}.log`),
        env: {
          ...process.env,
          NODE_ENV: 'development',
          HOST: '127.0.0.1',
          PORT: String(port),
          // As in production: the service may add events, and only the migration changes the schema.
          DATABASE_URL: urlOfRole(postgres.url(), databaseOf(service), databaseOf(service)),
          DATABASE_APP_ROLE: databaseOf(service),
          DATABASE_OPERATOR_ROLE: operatorOf(databaseOf(service)),
          MIGRATION_DATABASE_URL: databaseUrl(service),
          ...brokerEnvironment(broker, service, databaseUrl('bus')),
          RUN_MIGRATIONS: 'true',
          AUTH_ISSUER: DEV_ISSUER,
          AUTH_AUDIENCE: DEV_AUDIENCE,
          AUTH_JWKS_FILE: jwksFile,
          PERSONAL_DATA_KEY: `dev:${masterKeyFile}`,
          SEAL_KEY_FILE: sealKeyFile,
          ...options.env,
          ...env,
        },
      });
      return started.catch((error: Error) => {
        // Somebody took the port between our look and the service's: any other will do.
        if (preferred === 0 || !error.message.includes('EADDRINUSE')) throw error;
        return launch(service, name, 0, env);
      });
    };
    const start = async (service: ServiceName, env?: Environment): Promise<ServiceProcess> => {
      const started = await launch(service, service, options.ports?.[service] ?? 0, env);
      first.set(service, started);
      return started;
    };
    const running = (service: ServiceName): ServiceProcess => {
      const process = first.get(service);
      if (!process)
        throw new Error(`There is no service '${service}'. Expected one of: ${names.join(', ') || 'none yet'}.`);
      return process;
    };

    const starts = await Promise.allSettled(names.map((service) => start(service)));
    const failed = starts.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    const counts = new Map<ServiceName, number>();
    return {
      postgres,
      broker,
      services: names,
      running,
      databaseUrl,
      token: (user, ...roles) => issueDevToken({ folder: issuerDir, user, roles }),
      async restart(service, env) {
        await first.get(service)?.stop(); // at once when it is dead already; one that lives would go on beside the new one
        return start(service, env);
      },
      async startReplica(service, env) {
        const count = (counts.get(service) ?? 1) + 1;
        counts.set(service, count);
        const name = `${service}-${count}`;
        const replica = await launch(service, name, 0, env);
        replicas.set(name, replica);
        void replica.ended.then(() => replicas.delete(name));
        return replica;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
