// `es seal head`: the end of the chain of seals, to be kept where nobody who can change the database can change it too.
import { Command } from 'commander';
import type { Anchor } from '../../../libs/event-store/src/operations/index.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { paint, safe } from '../terminal.js';

export function sealCommand(io: Io): Command {
  const head = new Command('head')
    .description(
      'Prints the last seal of every context. Kept outside the database, e.g. appended to a file on another machine once a day, it is the ' +
        'anchor by which `verify --anchor` finds a log whose end was cut off together with its seals.',
    )
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<CommonOptions>()));
  return new Command('seal')
    .description('The seals, by which a change of history is found.')
    .addCommand(examples(head, 'seal head', 'seal head --json >> anchors.jsonl'));
}

async function run(io: Io, options: CommonOptions): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    const anchors: Anchor[] = [];
    for (const context of contexts) {
      const anchor = await context.anchor();
      if (!anchor) {
        const mend = 'Start it with SEAL_KEY, and wait until it has sealed something.';
        throw new EsError(`${context.name} has no seal. ${mend}`);
      }
      anchors.push(anchor);
    }
    // One line each, so that a file of them can be added to.
    if (options.json) for (const anchor of anchors) outJson(io, anchor);
    else for (const anchor of anchors) io.out(lineOf(io, anchor));
  });
}

function lineOf({ look }: Io, { context, seal, position, hash }: Anchor): string {
  return `${paint(look, 'bold', safe(context))}  seal ${seal}  position ${position}  ${hash}`;
}
