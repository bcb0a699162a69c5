// `npm run docs [-- check | run [pages] | faults | diagrams]`: renews what is generated in the documentation, checks it, runs its commands, draws its diagrams.
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { checkDocs, generateDocs } from './docs/generate.js';
import { problemText, type Problem } from './docs/problem.js';

const program = new Command('npm run docs --')
  .description('Without a command: renews what is generated in docs/ and libs/clients, and says what else is wrong.')
  .exitOverride()
  .showHelpAfterError('(--help says more)')
  .allowExcessArguments(false)
  .action(async () => {
    const { changed, problems } = await generateDocs();
    console.log(changed.length === 0 ? 'Everything generated is up to date.' : `Renewed:\n  ${changed.join('\n  ')}`);
    report(problems);
  });

program
  .command('check')
  .description('writes nothing; fails with file and line when something is stale or wrong')
  .action(async () => report(await checkDocs()));

program
  .command('run')
  .description(
    'runs the commands of pages, each page in a clone of its own; without pages: all tutorials and how-to guides',
  )
  .argument('[pages...]', 'docs/tutorials/first-order.md …')
  .option('--link-modules', 'npm ci in a page is skipped: the clone gets the packages of this one')
  .option('--within <seconds>', 'fail when a page takes longer', seconds)
  .option('--keep', 'leave the clones where they are, to look into them')
  .action(async (pages: string[], options: { linkModules?: true; within?: number; keep?: true }) => {
    const { runPages } = await import('./docs/run/index.js');
    if (!(await runPages(pages, options))) process.exitCode = 1;
  });

program
  .command('diagrams')
  .description('draws every mermaid diagram in Chromium; fails with file and line when one cannot be drawn')
  .argument('[pages...]', 'README.md …')
  .option('--pictures <folder>', 'also save them there, as SVG')
  .action(async (pages: string[], options: { pictures?: string }) => {
    const { checkDiagrams } = await import('./docs/diagrams/index.js');
    report(await checkDiagrams(process.cwd(), pages, options));
  });

program
  .command('faults')
  .description('takes over how the tests of faults ended in the last run of `npm test`, for docs/explanation/faults.md')
  .action(async () => {
    const { recordFaultRun } = await import('./docs/record-fault-run.js');
    console.log(recordFaultRun(process.cwd(), new Date()));
    await generateDocs();
  });

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of seconds from 1 to 99999.');
}

function report(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  console.error(problemText(problems));
  process.exitCode = 1;
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
}
