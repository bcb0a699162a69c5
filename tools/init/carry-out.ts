// Does what was planned. The removal of a context may refuse, and comes first; package.json changes last, so a run that broke off can be repeated.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { identityEdits } from './edits.js';
import { replaceHistory } from './history.js';
import { KEYS, type Plan } from './plan.js';
import { readProject } from './project.js';

/** @throws Error what a step says */
export async function carryOut(root: string, { answers, drops, dropsKeys, history }: Plan): Promise<void> {
  for (const [index, name] of drops.entries()) {
    const force = index > 0 ? ['--force'] : []; // the second one finds files that the first has just changed
    if (npm(root, 'remove:context', name, '--yes', ...force)) continue;
    throw new Error(
      `The context ${name} is still there, and all that comes after. Mend what is said above, then run init again.`,
    );
  }
  const edits = identityEdits(readProject(root), answers);
  for (const [file, text] of edits) writeFileSync(join(root, file), await formattedAsBefore(root, file, text));
  // What is generated there quotes the sources. It also finds what only a person can mend, and that is no reason to stop.
  if (edits.size > 0 && hasScript(root, 'docs') && !npm(root, 'docs'))
    console.error('npm run docs wants you to mend that.');
  if (dropsKeys) rmSync(join(root, KEYS), { recursive: true });
  if (history) replaceHistory(root, `Start of ${answers.name}`);
}

/** Longer names break lines that were formatted; what was not keeps its own ways. */
async function formattedAsBefore(root: string, file: string, text: string): Promise<string> {
  const path = join(root, file);
  const { ignored, inferredParser } = await prettier.getFileInfo(path, { ignorePath: join(root, '.prettierignore') });
  if (ignored || inferredParser === null) return text;
  const options = { ...(await prettier.resolveConfig(path)), filepath: path };
  const isFormatted = await prettier.check(readFileSync(path, 'utf8'), options);
  return isFormatted ? prettier.format(text, options) : text;
}

function hasScript(root: string, script: string): boolean {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>;
  };
  return script in scripts;
}

/** Whether it ended well; it says itself what is wrong. */
function npm(root: string, script: string, ...args: readonly string[]): boolean {
  const { status, error } = spawnSync('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) console.error(`npm run ${script}: ${error.message}`);
  return status === 0;
}
