// `npm run new:context <name>`: makes a bounded context that is green at once. See ./contexts/new.
import { NEW_CONTEXT_EXAMPLE, NEW_CONTEXT_HELP, readNewContextArguments } from './contexts/new/arguments.js';
import { assertNpmKeptNone, flagsOfNpm } from './contexts/npm-flags.js';
import { planContext } from './contexts/new/plan.js';
import { filesInWords, nextSteps } from './contexts/new/report.js';
import { writePlan } from './contexts/new/write-plan.js';
import { regenerateDocs } from './contexts/regenerate-docs.js';

try {
  assertNpmKeptNone(['aggregate', 'port'], NEW_CONTEXT_EXAMPLE);
  const args = readNewContextArguments([...flagsOfNpm(['dry-run']), ...process.argv.slice(2)]);
  if (args === 'help') console.log(NEW_CONTEXT_HELP);
  else {
    const plan = await planContext('.', args);
    if (!args.dryRun) writePlan('.', plan);
    console.log(filesInWords(plan, args.dryRun));
    if (!args.dryRun) await regenerateDocs();
    console.log(args.dryRun ? '\nNothing was changed.' : nextSteps(plan));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
