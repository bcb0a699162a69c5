// `npm start [-- --broker kafka]`: everything on embedded PostgreSQL, one clear screen, Ctrl-C stops it. The data stays for the next start.
import { parseStartArguments } from './system/arguments.js';
import { buildOnce, services } from './system/build.js';
import { keepRunning } from './system/keep-running.js';
import { startSystem, type System } from './system/system.js';

const RESET = '\u001b[0m';
const style = (code: number) => (text: string) => (process.stdout.isTTY ? `\u001b[${code}m${text}${RESET}` : text);
const bold = style(1);
const dim = style(2);

async function screen(system: System): Promise<string> {
  const orders = system.running['order-service'].url;
  const payments = system.running['payment-service'].url;
  const alice = await system.token('alice', 'customer');
  return `
${bold('Running.')} Two services on PostgreSQL ${dim(`(port ${system.postgres.port}, data and logs in ./data)`)}
The broker between them: ${system.broker.where} ${dim(otherBroker(system))}

  order-service    ${orders}    API docs ${orders}/docs
  payment-service  ${payments}    API docs ${payments}/docs

${bold('A token')} for alice, a customer, valid 12 hours

TOKEN=${alice}

An operator ships orders and sees payments: ${bold('npm run -s token -- --user olga --role operator')}

${bold('Place an order as alice')} ${dim('(paste it into another terminal)')} and see it confirmed a moment later:

curl -sS -X POST ${orders}/orders -H 'Content-Type: application/json' \\
  -d '{"lines":[{"sku":"coffee-beans","quantity":2},{"sku":"mug","quantity":1}]}' \\
  -H 'Authorization: Bearer ${alice}'; echo; sleep 2
curl -sS ${orders}/orders -H 'Authorization: Bearer ${alice}'; echo

${dim('Ctrl-C stops everything. `npm run reset` drops the data.')}
`;
}

function otherBroker({ broker }: System): string {
  return broker.name === 'postgres'
    ? '(its database `bus`; with Kafka: npm start -- --broker kafka)'
    : `(${broker.kafka ? 'started with the services' : 'as KAFKA_BROKERS says'})`;
}

async function main(): Promise<void> {
  const { broker } = parseStartArguments(process.argv.slice(2), 'npm start');
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
    ports: { 'order-service': 3001, 'payment-service': 3002 },
    log: (line) => console.log(line),
  });
  console.log(await screen(system));

  const keepers = services.map((name) =>
    keepRunning({ name, running: system.running[name], restart: () => system.restart(name), say: console.log }),
  );
  const why = await Promise.race([asked, ...keepers.map(({ gaveUp }) => gaveUp)]);
  if (why !== 'signal') console.error(`${why} Stopping the rest.`);
  else console.log('\nStopping …');
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
