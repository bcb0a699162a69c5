// `npm run bench -- append`: events a second with a number of appends in flight, each with the version it expects.
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { interleaved, type Contestant } from '../lab/rounds.js';
import { openStore } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { installPeers } from '../peers/install.js';
import type { Opened } from './opened.js';
import { openRaw } from './raw.js';
import { openTypeorm } from './typeorm.js';
import { eventsPerSecond } from './writers.js';

/** With the ratio to a raw INSERT that each is to reach. */
const WORKS = [
  { work: 'append1', inFlight: 1, eventsOfAppend: 1, goal: 0.9 },
  { work: 'append1', inFlight: 8, eventsOfAppend: 1, goal: 1 },
  { work: 'append1', inFlight: 32, eventsOfAppend: 1, goal: 1.7 },
  { work: 'append1', inFlight: 128, eventsOfAppend: 1, goal: 2.4 },
  { work: 'append10', inFlight: 8, eventsOfAppend: 10, goal: 1.05 },
] as const;

export async function benchAppend(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  const store = await openStore(server, 'starter');
  const opened = new Map<string, Opened>([
    [
      'starter',
      {
        append: (stream, before, events) =>
          store.store.append({ stream, expected: before === 0 ? 'no-stream' : before, events }),
        close: () => store.close(),
      },
    ],
  ]);
  if (options.peers) {
    await server.createDatabase('typeorm');
    opened.set('typeorm save()', await openTypeorm(server.url('typeorm')));
    for (const [name, open] of await installPeers()) {
      await server.createDatabase(name);
      opened.set(name, await open(server.url(name)));
    }
  }
  const results: WorkResult[] = [];
  for (const { work, inFlight, eventsOfAppend, goal } of WORKS) {
    const raw = await openRaw(store.url, inFlight);
    const contestants = [...new Map([['raw', raw], ...opened])].flatMap(
      ([name, { append, oneEventOnly }]): Contestant[] =>
        oneEventOnly && eventsOfAppend > 1
          ? []
          : [{ name, run: () => eventsPerSecond(append, { inFlight, eventsOfAppend, ms: options.roundMs }) }],
    );
    results.push({ work, inFlight, goal, standings: await interleaved(contestants, options.rounds) });
    options.progress(results.at(-1)!);
    await raw.close();
  }
  for (const one of opened.values()) await one.close();
  return results;
}
