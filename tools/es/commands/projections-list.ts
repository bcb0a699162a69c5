// `es projections list`: every version of every projection.
import { Command } from 'commander';
import {
  duration,
  LAG_COUNTED,
  listProjections,
  type ListedProjection,
} from '../../../libs/event-store/src/operations/index.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { projectionsOf } from '../projections.js';
import { withContexts } from '../session.js';
import { table, type Column } from '../table.js';
import { paint, safe, type Color } from '../terminal.js';

const STATES: Readonly<Partial<Record<ListedProjection['state'], Color>>> = {
  serving: 'green',
  building: 'yellow',
  retired: 'dim',
};

const columns: readonly Column<ListedProjection>[] = [
  { title: 'PROJECTION', of: ({ name, version }) => `${name}@v${version}` },
  { title: 'STATE', of: stateText, color: ({ state, paused }) => (paused ? 'red' : STATES[state]) },
  {
    title: 'POSITION',
    of: ({ places }) => places.map(({ cursor }) => cursor.position).join('+') || '-',
    align: 'right',
  },
  { title: 'LAG', of: lagText, align: 'right' },
  { title: 'SET ASIDE', of: ({ setAside }) => setAside, align: 'right' },
  { title: 'SWITCHED', of: ({ switchedAt }) => switchedAt?.toISOString().slice(0, 19).concat('Z') ?? '-' },
  { title: 'LEASE', of: leaseText, least: 12 },
];

export function projectionsListCommand(io: Io): Command {
  const command = new Command('list')
    .description(
      'Every version of every projection: one of each serves, a new one is building, an old one is retired and kept for a way back.',
    )
    .action(async (_options, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withContexts(io, options, async (contexts) => {
        const listed = await Promise.all(
          contexts.map(async (context) => ({
            context: context.name,
            projections: await listProjections(context, await projectionsOf(context.name)),
          })),
        );
        if (options.json) return outJson(io, { contexts: listed });
        for (const { context, projections } of listed) print(io, context, projections);
      });
    });
  return examples(command, 'projections list', 'projections list --context order-service --json');
}

function print(io: Io, context: string, projections: readonly ListedProjection[]): void {
  const { look } = io;
  io.out(`${paint(look, 'bold', safe(context))}  ${projections.length === 0 ? 'no projections' : ''}`.trimEnd());
  if (projections.length > 0) for (const line of table(look, columns, projections, '  ')) io.out(line);
  for (const { name, version, paused } of projections) {
    if (!paused) continue;
    const since = duration(Date.now() - paused.since.getTime());
    io.out(`  ${name}@v${version} is paused by ${safe(paused.by)} for ${since}: ${safe(paused.reason)}`);
  }
  io.out('');
}

function stateText({ state, paused, takenUpAt, known }: ListedProjection): string {
  const marks = [
    ...(paused ? ['paused'] : []),
    ...(state === 'serving' && !takenUpAt ? ['no service has it yet'] : []),
    ...(known ? [] : ['not of this build']),
  ];
  return marks.length > 0 ? `${state} (${marks.join(', ')})` : state;
}

function lagText({ places }: ListedProjection): string {
  if (places.length === 0) return '-';
  const lag = places.reduce((sum, place) => sum + place.lag, 0);
  return lag >= LAG_COUNTED ? `${LAG_COUNTED}+` : String(lag);
}

function leaseText({ places }: ListedProjection): string {
  const owners = new Set(places.flatMap(({ owner, leased }) => (leased && owner ? [owner] : [])));
  return [...owners].join(' ') || 'nobody';
}
