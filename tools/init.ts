// `npm run init`: the first minute after cloning. Asks on a terminal, takes flags elsewhere; a second run with the same answers changes nothing.
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { assertNpmKeptNone } from './contexts/npm-flags.js';
import { lineToType, parseFlags, usage } from './init/arguments.js';
import { optionsThatNpmTook } from './init/npm-options.js';
import { carryOut } from './init/carry-out.js';
import { examplesIn, planInit, type Plan } from './init/plan.js';
import { readProject } from './init/project.js';
import { answersOf, askFor, confirmed, type Ask } from './init/questions.js';
import { claimant } from './system/claim.js';

async function main(args: readonly string[]): Promise<void> {
  assertNpmKeptNone(optionsThatNpmTook(process.env), lineToType(['--name', 'acme-shop', '--scope', 'acme']));
  const flags = parseFlags(args, process.env);
  if (flags.help) return console.log(usage);
  const asks = !flags.yes && !flags.dryRun;
  if (asks && !process.stdin.isTTY) {
    throw new Error(`Nobody can be asked here, so --yes is needed, and whatever shall change:\n  ${lineToType(args)}`);
  }
  const root = resolve(import.meta.dirname, '..');
  const project = readProject(root);
  if (!asks) return run(root, planInit(project, answersOf(flags, project)), flags.dryRun);

  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<never>((_, reject) => {
    terminal.once('close', () => reject(new Error('\nNothing was changed.'))); // Ctrl-C or Ctrl-D: no answer will come
  });
  closed.catch(() => undefined);
  const ask: Ask = (question) => Promise.race([terminal.question(question), closed]);
  try {
    const plan = planInit(project, await askFor(flags, project, examplesIn(root), ask));
    await run(root, plan, false, ask);
  } finally {
    terminal.close();
  }
}

async function run(root: string, plan: Plan, isDryRun: boolean, ask?: Ask): Promise<void> {
  const { answers, lines, dropsKeys, history } = plan;
  if (lines.length === 0)
    return console.log(`Nothing to change: this is ${answers.name}, with libraries in @${answers.scope}.`);
  console.log(lines.map((line) => `  ${line}`).join('\n'));
  if (isDryRun) return console.log('Nothing was changed.');
  const holder = dropsKeys ? await claimant('data') : undefined;
  if (holder !== undefined)
    throw new Error(`A system uses the keys (process ${holder}). Stop it with Ctrl-C, then try again.`);
  if (ask && !(await confirmed('Do this?', false, ask))) return console.log('Nothing was changed.');
  if (ask && history?.branch !== undefined) {
    const typed = await ask(`The history of ${history.branch} will be gone from it. Type the branch's name to go on: `);
    if (typed.trim() !== history.branch) return console.log('Nothing was changed.');
  }
  await carryOut(root, plan);
  console.log(closing(plan));
}

function closing({ answers, history }: Plan): string {
  const undo = history ? '' : '\nSee what changed with git diff.';
  const gone =
    history?.branch === undefined
      ? ''
      : `\nThe old history is gone from ${history.branch}; git reflog still knows it here, for some weeks.`;
  return `This is ${answers.name} now.${undo}${gone}
Left as they are: LICENSE, and the topics shop.… of the contracts, which others may rely on (docs/how-to/make-it-yours.md).
Next: npm run check, then npm start.`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
