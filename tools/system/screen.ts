// What `npm start` shows once everything runs: where the services are, a token, and a request to paste.
import type { Context } from '../contexts/registry.js';
import type { System } from './system.js';

const RESET = '\u001b[0m';
const style = (code: number) => (text: string) => (process.stdout.isTTY ? `\u001b[${code}m${text}${RESET}` : text);
const bold = style(1);
const dim = style(2);

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** `contexts` are those that run; there may be none. The token is alice's, a customer. */
export function screen(system: System, contexts: readonly Context[], token: string): string {
  const place = dim(`(port ${system.postgres.port}, data and logs in ./data)`);
  const count = `${NUMBERS[contexts.length] ?? contexts.length} service${contexts.length === 1 ? '' : 's'}`;
  const parts =
    contexts.length === 0
      ? [`${bold('Running:')} PostgreSQL ${place}`, `No contexts yet: ${bold('npm run new:context shipping')}`]
      : [
          `${bold('Running.')} ${count} on PostgreSQL ${place}\nThe broker between them: ${brokerOf(system)}`,
          services(system, contexts),
          tokenAndRequest(system, contexts, token),
        ];
  return `\n${[...parts, dim('Ctrl-C stops everything. `npm run reset` drops the data.')].join('\n\n')}\n`;
}

function services(system: System, contexts: readonly Context[]): string {
  const width = Math.max(...contexts.map(({ service }) => service.length));
  return contexts
    .map(({ service }) => {
      const { url, metricsUrl } = system.running(service);
      const metrics = metricsUrl === undefined ? '' : `    metrics ${metricsUrl}`;
      return `  ${service.padEnd(width)}  ${url}    API docs ${url}/docs${metrics}`;
    })
    .join('\n');
}

function tokenAndRequest(system: System, contexts: readonly Context[], alice: string): string {
  const parts = [
    `${bold('A token')} for alice, a customer, valid 12 hours`,
    `TOKEN=${alice}`,
    `Operators see and do more: ${bold('npm run -s token -- --user olga --role operator')}`,
  ];
  const asked = contexts.find(({ request }) => request !== undefined);
  if (asked?.request !== undefined) {
    const { path, body } = asked.request;
    const url = `${system.running(asked.service).url}${path}`;
    const json = JSON.stringify(body).replaceAll("'", String.raw`'\''`); // as a shell takes it between quotes
    parts.push(
      `${bold(`POST ${path} as alice`)} ${dim('(paste it into another terminal)')} and see what comes of it a moment later:`,
      `curl -sS -X POST ${url} -H 'Content-Type: application/json' \\
  -d '${json}' \\
  -H 'Authorization: Bearer ${alice}'; echo; sleep 2
curl -sS ${url} -H 'Authorization: Bearer ${alice}'; echo`,
    );
  }
  return parts.join('\n\n');
}

function brokerOf({ broker }: System): string {
  const other =
    broker.name === 'postgres'
      ? '(its database `bus`; with Kafka: npm start -- --broker kafka)'
      : `(${broker.kafka ? 'started with the services' : 'as KAFKA_BROKERS says'})`;
  return `${broker.where} ${dim(other)}`;
}
