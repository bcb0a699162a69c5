// The other process: hears of rows or events, and tells how long each was on its way. Run by wake/index.ts with `ping` or `starter`, and a URL.
import pg from 'pg';
import { eventsTable, PostgresSettledLog, Waking } from '../../libs/event-store/src/postgres/index.js';
import { nowUs } from './latencies.js';

const [kind, url] = process.argv.slice(2) as ['ping' | 'starter', string];
let measured: number[] = [];

/** `sentAt` of the monotonic clock, in microseconds. */
const arrived = (sentAt: number): void => void measured.push(nowUs() - sentAt);

process.on('message', () => {
  process.send!(measured);
  measured = [];
});
if (kind === 'ping') await listenBarely();
else await listen();

/** The least that can be done: LISTEN, and a SELECT of what is new. It may lose rows that commit late. */
async function listenBarely(): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  let last = 0;
  let again = false;
  let reading = false;
  const read = async (): Promise<void> => {
    again = true;
    if (reading) return;
    reading = true;
    while (again) {
      again = false;
      const { rows } = await client.query<{ id: number; sent_at: string }>({
        name: 'new',
        text: 'SELECT id, sent_at FROM pings WHERE id > $1 ORDER BY id',
        values: [last],
      });
      for (const row of rows) arrived(Number(row.sent_at));
      last = rows.at(-1)?.id ?? last;
    }
    reading = false;
  };
  client.on('notification', () => void read());
  await client.query('LISTEN pings');
  process.send!('ready');
}

/** As a subscription of a service does. */
async function listen(): Promise<void> {
  const connection = { url, applicationName: 'bench-listener' };
  const log = new PostgresSettledLog({ connection, table: eventsTable, waking: new Waking({ connection }) });
  const never = new AbortController().signal;
  let after = await log.head();
  await log.changed(1, never); // begins to listen
  process.send!('ready');
  for (;;) {
    const records = await log.read(after, 1_000);
    for (const { data } of records) arrived((data as { sentAt: number }).sentAt);
    const last = records.at(-1);
    if (last) after = { ...after, position: last.position };
    else await log.changed(1_000, never);
  }
}
