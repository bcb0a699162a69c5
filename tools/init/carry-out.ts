// Does what was planned. A new name or scope that broke off can be repeated: what tells that it is done changes last. A removal cannot, so all of
// it has to be committed.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { apply, touched } from '../contexts/apply.js';
import { assertCommitted } from '../contexts/committed.js';
import { regenerateDocs } from '../contexts/regenerate-docs.js';
import { planRemoval } from '../contexts/removal.js';
import { identityEdits } from './edits.js';
import { replaceHistory } from './history.js';
import { KEYS, type Plan } from './plan.js';
import { readProject } from './project.js';

/** @throws Error what stands in the way, before anything has changed; or what a step says, with the way back */
export async function carryOut(root: string, plan: Plan): Promise<void> {
  if (plan.drops.length > 0) assertCommitted(root, losable(root, plan));
  try {
    await change(root, plan);
  } catch (error) {
    const back = 'This broke off half-way. Where all was committed, git reset --hard leads back; then try again.';
    throw new Error(`${(error as Error).message}\n${back}`, { cause: error });
  }
}

/** All that the removals and the new names delete or overwrite: asked about at once, because the first removal would hide what the second needs. */
function losable(root: string, { answers, drops }: Plan): string[] {
  const removals = drops.flatMap((name) => touched(planRemoval(root, name)));
  return [...new Set([...removals, ...identityEdits(readProject(root), answers).keys()])];
}

async function change(root: string, { answers, drops, dropsKeys, history }: Plan): Promise<void> {
  for (const name of drops) apply(root, planRemoval(root, name));
  if (dropsKeys) rmSync(join(root, KEYS), { recursive: true });
  const edits = identityEdits(readProject(root), answers);
  for (const [file, text] of edits) writeFileSync(join(root, file), await formattedAsBefore(root, file, text));
  if (drops.length > 0 || edits.size > 0) await regenerateDocs(root);
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
