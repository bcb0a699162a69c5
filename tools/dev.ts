// `npm run dev [-- --broker kafka]`: the system of `npm start`, on the same data, where every save of an app or a library restarts the services it concerns.
import { join } from 'node:path';
import { followLog } from './dev/follow-log.js';
import { Restarter } from './dev/restarter.js';
import { devEntryOf, watchBuild } from './dev/watch-build.js';
import { parseStartArguments } from './system/arguments.js';
import type { BrokerName } from './system/broker.js';
import { preferredPorts, services, type ServiceName } from './system/services.js';
import { startSystem, type System } from './system/system.js';

const DATA = 'data';
const COLOURS = [36, 35, 33, 32, 34];
/** Those there were at start: what is added later needs another start. */
let known: readonly ServiceName[] = [];

function say(service: string, text: string): void {
  const name = service.padEnd(Math.max(3, ...known.map(({ length }) => length)));
  const colour = COLOURS[known.indexOf(service) % COLOURS.length];
  const coloured = colour !== undefined && process.stdout.isTTY ? `\u001b[${colour}m${name}\u001b[0m` : name;
  for (const line of text.split('\n')) console.log(`${coloured} │ ${line}`);
}

/** Compiles in watch mode; resolves once there is a first build without errors. What ends the compiler goes into `ends`. */
async function watch(service: ServiceName, ends: (() => void)[], built: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let since = Date.now();
    let first = true;
    const listener = {
      compiling: () => (since = Date.now()),
      built() {
        say(service, `compiled in ${Date.now() - since} ms`);
        if (!first) return built();
        first = false;
        resolve();
      },
      broken: (errors: number) => say(service, `${errors} errors: the last good build stays`),
      line: (text: string) => say(service, text),
      ended: (code: number | null) => reject(new Error(`The compiler of ${service} ended with ${code}.`)),
    };
    watchBuild(service, listener).then((end) => ends.push(end), reject);
  });
}

async function start(broker: BrokerName): Promise<System> {
  say('dev', `Starting PostgreSQL${broker === 'kafka' ? ', Kafka' : ''} and the services …`);
  const system = await startSystem({
    dataDir: DATA,
    broker,
    kafka: { preferredPort: 9092, keepData: true },
    log: (line) => say('dev', line),
    ports: preferredPorts(),
    command: (service) => [process.execPath, '--enable-source-maps', devEntryOf(service)],
  });
  for (const service of system.services) {
    const { url } = system.running(service);
    say(service, `listens on ${url} (API docs: ${url}/docs)`);
  }
  for (const [user, role] of [
    ['alice', 'customer'],
    ['olga', 'operator'],
  ] as const)
    say('dev', `A token for ${user}, ${role}:\n${await system.token(user, role)}`);
  return system;
}

/** Tries again after every build: a service that does not boot yet is what development looks like. */
async function startUntilItRuns(
  broker: BrokerName,
  nextBuild: () => Promise<unknown>,
  asked: Promise<'signal'>,
): Promise<System | undefined> {
  for (;;) {
    try {
      return await start(broker);
    } catch (error) {
      say('dev', `${(error as Error).message}\nSave a file to try again.`);
    }
    if ((await Promise.race([nextBuild(), asked])) === 'signal') return undefined;
  }
}

async function run(broker: BrokerName, asked: Promise<'signal'>, ends: (() => void)[]): Promise<void> {
  const restarters = new Map<ServiceName, Restarter>();
  const early = new Set<ServiceName>(); // saved while the system was starting
  let built = (): void => undefined;
  const nextBuild = () => new Promise<void>((resolve) => (built = resolve));
  const watching = known.map((service) =>
    watch(service, ends, () => {
      built();
      void (restarters.get(service)?.restart() ?? early.add(service));
    }),
  );
  if ((await Promise.race([Promise.all(watching), asked])) === 'signal') return;

  for (const service of known)
    ends.push(await followLog(join(DATA, 'logs', `${service}.log`), (line) => say(service, line)));
  const system = await startUntilItRuns(broker, nextBuild, asked);
  if (!system) return;
  for (const service of system.services) {
    const restartable = { stop: () => system.running(service).stop(), start: () => system.restart(service) };
    const restarter = new Restarter(restartable, ({ ms, error }) => {
      say(service, error ? `did not start:\n${error.message}` : `restarted in ${ms} ms`);
    });
    restarters.set(service, restarter);
    if (early.has(service)) void restarter.restart();
  }
  say('dev', 'Save a file of an app or a library and its services restart. Ctrl-C stops everything.');
  await asked;
  say('dev', 'Stopping …');
  await Promise.all([...restarters.values()].map((restarter) => restarter.close()));
  await system.stop();
}

async function main(): Promise<void> {
  const { broker } = parseStartArguments(process.argv.slice(2), 'npm run dev');
  setInterval(() => undefined, 2 ** 30); // without a service nothing else keeps this process waiting for Ctrl-C
  const asked = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('signal'));
  });
  known = services();
  say('dev', known.length > 0 ? 'Compiling …' : 'No contexts yet: npm run new:context shipping');
  const ends: (() => void)[] = [];
  try {
    await run(broker, asked, ends);
  } finally {
    for (const end of ends) end();
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
