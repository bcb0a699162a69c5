// `npm start [-- --broker kafka]`: everything on embedded PostgreSQL, one clear screen, Ctrl-C stops it. The data stays for the next start.
import { contexts } from './contexts/registry.js';
import { parseStartArguments } from './system/arguments.js';
import { buildOnce } from './system/build.js';
import { keepRunning } from './system/keep-running.js';
import { screen } from './system/screen.js';
import { preferredPorts } from './system/services.js';
import { startSystem } from './system/system.js';
import { writeSystemEnv } from './system/system-env.js';

async function main(): Promise<void> {
  const { broker } = parseStartArguments(process.argv.slice(2), 'npm start');
  setInterval(() => undefined, 2 ** 30); // without a service nothing else keeps this process waiting for Ctrl-C
  // Heard from the beginning, so that an early Ctrl-C leaves nothing running either.
  const asked = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('signal'));
  });
  await buildOnce((line) => console.log(line));
  console.log(`Starting PostgreSQL${broker === 'kafka' ? ', Kafka' : ''} and the services …`);
  const system = await startSystem({
    dataDir: 'data',
    broker,
    kafka: { preferredPort: 9092, keepData: true },
    ports: preferredPorts(),
    env: { METRICS_PORT: '0' },
    log: (line) => console.log(line),
  });
  const token = await system.token('alice', 'customer');
  const dropEnv = await writeSystemEnv('data', {
    urls: Object.fromEntries(system.services.map((name) => [name, system.running(name).url])),
    token,
  });
  console.log(screen(system, contexts(), token));

  const keepers = system.services.map((name) =>
    keepRunning({ name, running: system.running(name), restart: () => system.restart(name), say: console.log }),
  );
  const why = await Promise.race([asked, ...keepers.map(({ gaveUp }) => gaveUp)]);
  if (why !== 'signal') console.error(`${why} Stopping the rest.`);
  else console.log('\nStopping …');
  await dropEnv();
  await Promise.all(keepers.map((keeper) => keeper.close()));
  const codes = await system.stop();
  console.log('Stopped. The data is in ./data for the next start.');
  process.exitCode = why === 'signal' && Object.values(codes).every((code) => code === 0) ? 0 : 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
