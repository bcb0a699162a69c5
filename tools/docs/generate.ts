// Renews what is generated in the documentation, and says what is wrong with the rest. Everything is decided before a file is written.
import { renewContracts } from '../events/contracts/index.js';
import { renewEventShapes } from '../events/shapes/index.js';
import { checkCommands } from './commands.js';
import { refreshIndex } from './index-page.js';
import { checkLinks } from './links.js';
import { pagePaths, readPage } from './pages.js';
import type { Problem } from './problem.js';
import { refreshReferences } from './reference/index.js';
import { refreshSnippets } from './snippets.js';
import { Tree } from './tree.js';

export interface Generated {
  /** Files written or removed, sorted. */
  readonly changed: readonly string[];
  /** What only a person can mend. */
  readonly problems: readonly Problem[];
}

/** Writes. For whoever has added or removed something that the documentation lists: a context, an event, a page. */
export async function generateDocs(root = process.cwd()): Promise<Generated> {
  const tree = new Tree(root);
  const { problems } = await refresh(tree);
  // Checked apart from pages: see tools/checks/steps.ts.
  for (const renew of [renewEventShapes, renewContracts])
    for (const [path, text] of await renew(root)) tree.write(path, text);
  const changed = tree.changes();
  tree.save();
  return { changed, problems };
}

/** Writes nothing. What is stale counts as a problem, too. */
export async function checkDocs(root = process.cwd()): Promise<Problem[]> {
  const { problems, stale } = await refresh(new Tree(root));
  return [...stale, ...problems];
}

async function refresh(tree: Tree): Promise<{ problems: Problem[]; stale: Problem[] }> {
  const parts = [await refreshReferences(tree)];
  for (const path of pagePaths(tree)) parts.push(refreshSnippets(tree, path));
  parts.push(refreshIndex(tree));
  const problems = parts.flatMap((part) => part.problems);
  for (const path of pagePaths(tree)) problems.push(...checkPage(tree, path));
  return { problems, stale: parts.flatMap((part) => part.stale) };
}

function checkPage(tree: Tree, path: string): Problem[] {
  const page = readPage(tree, path);
  const unclosed = page.unclosed.map((line) => ({ file: path, line, what: 'opens a block that nothing closes' }));
  return [...unclosed, ...checkLinks(tree, path, page), ...checkCommands(tree, path, page)];
}
