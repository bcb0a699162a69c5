// Where the databases are: named by the caller, or those of the `npm start` that runs on the data folder.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { KafkaSecurity } from '../../libs/event-store/src/kafka/index.js';
import { KafkaConfig, kafkaSecurity } from '../../libs/platform/src/config/kafka.config.js';
import { loadConfig } from '../../libs/platform/src/config/load-config.js';
import { operatorOf, urlOfDatabase, urlOfRole } from '../postgres/databases.js';
import { findRunning } from '../postgres/postmaster.js';
import { SUPERUSER } from '../postgres/cluster.js';
import { readDataBroker } from '../system/data-broker.js';
import { databaseOf } from '../contexts/context.js';
import { contextNames, contextOfDatabase, isKnown } from './contexts.js';
import { EsError } from './errors.js';

export interface Where {
  readonly context?: string;
  readonly databaseUrl?: readonly string[];
  /** Folder of a running `npm start`. */
  readonly data: string;
}

export interface Target {
  readonly context: string;
  readonly url: string;
  /** Of the database of people's keys, where it is another one. */
  readonly keysUrl?: string | undefined;
}

export interface Targets {
  readonly contexts: readonly Target[];
  /** Undefined when nothing says where it is. */
  readonly broker: BrokerPlace | undefined;
}

export type BrokerPlace =
  /** Of the bus database, secrets included. */
  | { readonly kind: 'postgres'; readonly url: string }
  | {
      readonly kind: 'kafka';
      readonly brokers: readonly string[];
      readonly prefix: string;
      readonly security?: KafkaSecurity | undefined;
    };

type Environment = Readonly<Record<string, string | undefined>>;

/** As whom a command works: most need no more than an operator's role. */
export type Power = 'operator' | 'service' | 'owner';

const URL_OF: Readonly<Record<Power, readonly string[]>> = {
  operator: ['OPERATOR_DATABASE_URL', 'DATABASE_URL'],
  service: ['DATABASE_URL'],
  owner: ['DATABASE_URL'],
};

const MORE_THAN_AN_OPERATOR: Readonly<Record<Exclude<Power, 'operator'>, string>> = {
  service:
    "This writes read models and checkpoints, or destroys people's keys: more than an operator's role may do. Expected the URL of the service's role in DATABASE_URL.",
  owner:
    "Migrations change the schema: more than an operator's role or the service's may do. Expected the URL of the owner in DATABASE_URL.",
};

/** @throws EsError saying what to start or to name. */
export async function findTargets(where: Where, environment: Environment, power: Power = 'operator'): Promise<Targets> {
  const [keysUrl] = (await fromEnvironment(environment, 'PERSONAL_DATA_KEYS_URL')) ?? [];
  const withKeys = (targets: readonly Target[]) => targets.map((target) => ({ ...target, keysUrl }));
  const named = where.databaseUrl ?? (await namedUrl(environment, power));
  if (named) return { contexts: withKeys(namedTargets(named, where.context)), broker: await namedBroker(environment) };
  const wanted = where.context === undefined ? contextNames() : [where.context];
  if (wanted.length === 0) throw new EsError('There are no contexts yet: npm run new:context shipping.');
  const superuserUrl = await runningSystem(where.data);
  const urlOf = (database: string) =>
    power === 'operator'
      ? urlOfRole(superuserUrl, database, operatorOf(database))
      : urlOfDatabase(superuserUrl, database);
  const topics = (await readDataBroker(where.data))?.topics;
  return {
    contexts: withKeys(wanted.map((context) => ({ context, url: urlOf(databaseOf(context)) }))),
    broker: topics ? { kind: 'kafka', ...topics } : { kind: 'postgres', url: urlOfDatabase(superuserUrl, 'bus') },
  };
}

/** Whether a database is named at all: otherwise it is that of `npm start`. */
export function isDatabaseNamed({ databaseUrl }: Pick<Where, 'databaseUrl'>, environment: Environment): boolean {
  const named = URL_OF.operator.flatMap((variable) => [variable, `${variable}_FILE`]);
  return databaseUrl !== undefined || named.some((variable) => environment[variable]);
}

/** `MESSAGE_BROKER` decides as it does for the services; without it, whichever place is named. */
async function namedBroker(environment: Environment): Promise<BrokerPlace | undefined> {
  const { MESSAGE_BROKER: kind, KAFKA_BROKERS, KAFKA_PREFIX: prefix = '' } = environment;
  const brokers = (KAFKA_BROKERS ?? '').split(',').flatMap((broker) => broker.trim() || []);
  if (brokers.length > 0 && (kind ?? 'kafka') === 'kafka')
    return { kind: 'kafka', brokers, prefix, security: securityFrom(environment) };
  const [url] = (await fromEnvironment(environment, 'BUS_DATABASE_URL')) ?? [];
  return url !== undefined && (kind ?? 'postgres') === 'postgres' ? { kind: 'postgres', url } : undefined;
}

/** From the variables of a service, checked as there. */
function securityFrom(environment: Environment): KafkaSecurity | undefined {
  try {
    return kafkaSecurity(loadConfig([KafkaConfig], environment)[0]);
  } catch (error) {
    throw new EsError((error as Error).message);
  }
}

async function namedUrl(environment: Environment, power: Power): Promise<string[] | undefined> {
  for (const name of URL_OF[power]) {
    const found = await fromEnvironment(environment, name);
    if (found) return found;
  }
  if (power !== 'operator' && (await fromEnvironment(environment, 'OPERATOR_DATABASE_URL')))
    throw new EsError(MORE_THAN_AN_OPERATOR[power], 2);
  return undefined;
}

async function fromEnvironment(environment: Environment, name: string): Promise<string[] | undefined> {
  const url = environment[name];
  if (url) return [url];
  const file = environment[`${name}_FILE`];
  if (!file) return undefined;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EsError(`${name}_FILE names a file that cannot be read (${error.code}).`);
  });
  return [text.trim()];
}

function namedTargets(urls: readonly string[], context: string | undefined): Target[] {
  const targets = urls.map((url) => ({ context: contextOfDatabase(databaseIn(url)), url }));
  if (context === undefined) {
    const twice = targets.find(
      ({ context: name }, index) => targets.findIndex((other) => other.context === name) < index,
    );
    if (twice) throw new EsError(`Two database URLs are of ${twice.context}; give each context once.`, 2);
    return targets;
  }
  const [only] = targets;
  // A database may be called anything: the only one that is named is what --context says, unless it is known to be another's.
  if (targets.length === 1 && !isKnown(only!.context)) return [{ ...only!, context }];
  const wanted = targets.filter((target) => target.context === context);
  if (wanted.length > 0) return wanted;
  const have = targets.map((target) => target.context).join(', ');
  throw new EsError(
    `The database given is that of ${have}, not of ${context}. Expected its URL in OPERATOR_DATABASE_URL, DATABASE_URL or --database-url; the first that is set counts.`,
    2,
  );
}

/** The URL itself is never repeated: it may hold a password. */
function databaseIn(url: string): string {
  const expected = 'Expected postgres://user:password@host:port/database.';
  if (!URL.canParse(url)) throw new EsError(`A database URL cannot be read. ${expected}`, 2);
  const { protocol, pathname } = new URL(url);
  if (!/^postgres(ql)?:$/.test(protocol)) throw new EsError(`A database URL begins with ${protocol}. ${expected}`, 2);
  const database = decodeURIComponent(pathname.slice(1));
  if (database === '') throw new EsError(`A database URL names no database. ${expected}`, 2);
  return database;
}

async function runningSystem(folder: string): Promise<string> {
  const dataDir = join(resolve(folder), 'postgres');
  const password = await readFile(`${dataDir}.password`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new EsError(`${dataDir}.password belongs to another user; run this as that user.`);
    return undefined;
  });
  const cluster = { dataDir, password: password?.trim() ?? '', logFile: `${dataDir}.log` };
  const running = password === undefined ? undefined : await findRunning(cluster);
  if (!running) {
    throw new EsError(
      `Nothing runs on ${folder}, and no database is named. Start a system with \`npm start\`, or name one: ` +
        'DATABASE_URL or --database-url postgres://user:password@host:5432/order_service.',
    );
  }
  return `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${running.port}/postgres`;
}
