// `es projections verify`: a read model against what its events give, row by row. Exit code 1 when they differ.
import { Argument, Command } from 'commander';
import { verifyProjection, type Difference } from '../../../libs/event-store/src/postgres/operations/index.js';
import { projectionName } from '../arguments.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { BuildProgress } from '../build-progress.js';
import { withProjection, type ProjectionName } from '../projections.js';
import { safe } from '../terminal.js';

/** `found` is told how many rows differ. */
export function projectionsVerifyCommand(io: Io, found: (differing: number) => void): Command {
  const command = new Command('verify')
    .description(
      'Builds a projection again in temporary tables, up to the position it is at, and compares row by row. Nothing is changed, and ' +
        'the services go on. Exit code 0 when all rows are equal, 1 when some differ.',
    )
    .addArgument(new Argument('<projection>', 'one of this build').argParser(projectionName))
    .action(async (wanted: ProjectionName, _options, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withProjection(io, options, wanted, 'operator', async ({ context, projection, inboundTypes }) => {
        const line = new BuildProgress(io, () => context.clock.now().getTime());
        const what = `${projection.name}@v${projection.version}`;
        const progress = (position: bigint, end: bigint): void =>
          line.step({ what, position, end, percent: Math.floor((Number(position) / Number(end)) * 100) });
        const verified = await verifyProjection(context, {
          projection,
          inboundTypes,
          progress,
          open: context.openRecords,
        }).finally(() => line.end());
        found(verified.differing);
        if (options.json) return outJson(io, { ok: verified.differing === 0, ...verified });
        const { readModel, position, rows, differing, differences } = verified;
        for (const difference of differences) io.out(safe(textOf(difference)));
        if (differing > differences.length) io.out(`… and ${differing - differences.length} more`);
        const are = differing === 0 ? 'is what its events give' : `${differing} rows differ from what its events give`;
        io.out(`${readModel} at position ${position}, ${rows} rows: ${are}.`);
      });
    });
  return examples(command, 'projections verify order-summary', 'projections verify order-summary --json');
}

function textOf({ table, key, kind, columns }: Difference): string {
  if (kind === 'missing') return `${table} ${key}: missing; a rebuild has it`;
  if (kind === 'surplus') return `${table} ${key}: served; a rebuild does not have it`;
  return `${table} ${key}: differs in ${columns.join(', ')}`;
}
