// `npm run new:event <type>`: the next version of a stored event, with its upcaster, its example and its test. Green at once: the upcaster copies.
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { flagsOfNpm } from './contexts/npm-flags.js';
import { regenerateDocs } from './contexts/regenerate-docs.js';
import { writePlan } from './contexts/write-plan.js';
import { planVersion } from './events/plan-version.js';

const usage = `Usage: npm run new:event -- <type> [--dry-run]

  npm run new:event order.placed     the next version of the event that is declared with @Event('order.placed')
  --dry-run                          says what would be written, and writes nothing

See docs/how-to/add-an-event-version.md.`;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...process.argv.slice(2), ...flagsOfNpm(['dry-run'])],
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(usage);
  const [type, ...others] = positionals;
  if (type === undefined || others.length > 0) {
    throw new Error(
      `Expected the type of one event, came ${positionals.length === 0 ? 'none' : positionals.join(' ')}.\n${usage}`,
    );
  }
  const root = resolve(import.meta.dirname, '..');
  const { event, version, files, upcaster, newest } = await planVersion(root, type);
  const changes = [...files.keys()].map((file) => `  ${file === event.file ? 'edit' : 'new '}  ${file}`).join('\n');
  if (values['dry-run'])
    return console.log(`${type} would become version ${version}:\n${changes}\nNothing was written.`);
  const writes = [...files].map(([path, text]) => ({ path, text }));
  writePlan(root, {
    created: writes.filter(({ path }) => path !== event.file),
    changed: writes.filter(({ path }) => path === event.file),
  });
  await regenerateDocs(root); // the event catalogue names versions
  console.log(`${type} is version ${version} now:
${changes}

It reads and writes as before, until you change these three:
  1. ${event.file}: the fields of ${event.className}, as they shall be from now on
  2. ${newest}: the same event with these fields
  3. ${upcaster}: how version ${version - 1} becomes version ${version}

Then: npm run check && npx vitest run test/corpus ${dirname(dirname(upcaster))}
The example of version ${version - 1} stays as it is: it is in somebody's log.`);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
