// `npm run dev`: the system of `npm start`, on the same data, where every save of an app or a library restarts the services it concerns.
import { join } from 'node:path';
import { followLog } from './dev/follow-log.js';
import { Restarter } from './dev/restarter.js';
import { devEntryOf, watchBuild } from './dev/watch-build.js';
import { services, type ServiceName } from './system/build.js';
import { startSystem, type System } from './system/system.js';

const DATA = 'data';
const PORTS = { 'order-service': 3001, 'payment-service': 3002 } as const;
const COLOURS: Record<ServiceName, number> = { 'order-service': 36, 'payment-service': 35 };

function say(service: ServiceName | 'dev', text: string): void {
  const name = service.padEnd('payment-service'.length);
  const coloured = service !== 'dev' && process.stdout.isTTY ? `\u001b[${COLOURS[service]}m${name}\u001b[0m` : name;
  for (const line of text.split('\n')) console.log(`${coloured} │ ${line}`);
}

/** Compiles in watch mode; resolves with what ends it once there is a first build without errors. */
async function watch(service: ServiceName, built: () => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    let since = Date.now();
    let stop = (): void => undefined;
    let first = true;
    const listener = {
      compiling: () => (since = Date.now()),
      built() {
        say(service, `compiled in ${Date.now() - since} ms`);
        if (!first) return built();
        first = false;
        resolve(() => stop());
      },
      broken: (errors: number) => say(service, `${errors} errors: the last good build stays`),
      line: (text: string) => say(service, text),
      ended: (code: number | null) => reject(new Error(`The compiler of ${service} ended with ${code}.`)),
    };
    watchBuild(service, listener).then((end) => (stop = end), reject);
  });
}

async function start(): Promise<System> {
  say('dev', 'Starting PostgreSQL and the services …');
  const system = await startSystem({
    dataDir: DATA,
    ports: PORTS,
    command: (service) => [process.execPath, '--enable-source-maps', devEntryOf(service)],
  });
  for (const service of services)
    say(service, `listens on ${system.running[service].url} (API docs: ${system.running[service].url}/docs)`);
  say('dev', `A token for alice, customer and operator:\n${await system.token('alice', 'customer', 'operator')}`);
  return system;
}

async function main(): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const restarters = new Map<ServiceName, Restarter>();
  const early = new Set<ServiceName>(); // saved while the system was starting
  say('dev', 'Compiling …');
  const watching = Promise.all(
    services.map((service) => watch(service, () => void (restarters.get(service)?.restart() ?? early.add(service)))),
  );
  const ends = await Promise.race([watching, asked]);
  if (!ends) return;

  const follows = await Promise.all(
    services.map((service) => followLog(join(DATA, 'logs', `${service}.log`), (line) => say(service, line))),
  );
  const system = await start();
  for (const service of services) {
    const restartable = { stop: () => system.running[service].stop(), start: () => system.restart(service) };
    const restarter = new Restarter(restartable, ({ ms, error }) => {
      say(service, error ? `did not start:\n${error.message}` : `restarted in ${ms} ms`);
    });
    restarters.set(service, restarter);
    if (early.has(service)) void restarter.restart();
  }
  say('dev', 'Save a file of an app or a library and its services restart. Ctrl-C stops everything.');
  await asked;
  say('dev', 'Stopping …');
  for (const end of ends) end();
  await Promise.all([...restarters.values()].map((restarter) => restarter.close()));
  await system.stop();
  for (const end of follows) end();
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
