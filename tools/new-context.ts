// `npm run new:context <name> [-- options]`: makes a bounded context that is green at once: service, contract, tests and page, registered everywhere.
import { readNewContextArguments } from './contexts/new/arguments.js';
import { planContext } from './contexts/new/plan.js';
import { filesInWords, nextSteps } from './contexts/new/report.js';
import { assertNpmKeptNone, flagsOfNpm } from './contexts/npm-flags.js';
import { regenerateDocs } from './contexts/regenerate-docs.js';
import { writePlan } from './contexts/write-plan.js';

const USAGE = `Usage: npm run new:context <name> -- [--aggregate NAME] [--hears MESSAGE] [--port N] [--dry-run]

Makes a bounded context: the service apps/<name>-service with tests at every layer, its contract, its page in docs/reference, and its
place in nest-cli.json, docker-compose.yml, .env.example and the script that creates databases. Everything it makes is green at once.
npm run remove:context <name> takes it all out again.

  <name>              lower-case words joined by '-', like shipping or returns-desk
  --aggregate NAME    what it is about, lower-case words joined by '_', like shipment or return_case.
                      Default: the name in the singular (orders → order, returns-desk → returns_desk).
                      Its plural, for URLs, follows the simple rules: category → categories, box → boxes, else an s.
  --hears MESSAGE     the message that opens one, a class of @app/contracts like OrderConfirmedV1; the first of its fields whose name
                      ends in Id becomes the aggregate's id. Default: a message of its own, for others to send.
  --port N            the HTTP port that npm start prefers, 1024 to 65535. Default: the next after the highest.
  --dry-run           says what it would write and changes nothing
  --help              prints this

Like: npm run new:context shipping -- --aggregate shipment --hears OrderConfirmedV1`;

try {
  assertNpmKeptNone(
    ['aggregate', 'hears', 'port'],
    'npm run new:context shipping -- --aggregate shipment --hears OrderConfirmedV1',
  );
  const args = readNewContextArguments([...flagsOfNpm(['dry-run']), ...process.argv.slice(2)]);
  if (args === 'help') console.log(USAGE);
  else {
    const plan = await planContext('.', args);
    if (!args.dryRun) writePlan('.', plan);
    console.log(filesInWords(plan, args.dryRun));
    if (!args.dryRun) await regenerateDocs('.');
    console.log(args.dryRun ? '\nNothing was changed.' : nextSteps(plan));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
