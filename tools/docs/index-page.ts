// docs/README.md lists the pages of each folder between two marks. Order and headings are the author's: kept for what is there, new pages come last.
import { posix } from 'node:path';
import { parsePage } from './markdown.js';
import type { Problem } from './problem.js';
import type { Tree } from './tree.js';

export const INDEX = 'docs/README.md';

const MARKS = /(<!-- pages: ([a-z-]+) -->\n)([\s\S]*?)(<!-- end pages: \2 -->)/g;

export function refreshIndex(tree: Tree): { problems: Problem[]; stale: Problem[] } {
  const text = tree.read(INDEX);
  if (text === undefined) {
    return {
      problems: [{ file: INDEX, line: 1, what: 'does not exist: it is the way to all other pages' }],
      stale: [],
    };
  }
  const fresh = text.replaceAll(MARKS, (_all, open: string, folder: string, before: string, close: string) => {
    return `${open}${list(tree, folder, before)}${close}`;
  });
  tree.write(INDEX, fresh);
  const line = fresh.split('\n').findIndex((one, at) => one !== text.split('\n')[at]) + 1;
  const stale =
    fresh === text ? [] : [{ file: INDEX, line, what: 'does not list the pages as they are; npm run docs renews it' }];
  return { problems: unreached(tree, fresh), stale };
}

function list(tree: Tree, folder: string, before: string): string {
  const pages = tree.files(`docs/${folder}`, '.md').map((path) => posix.relative('docs', path));
  const missing = new Set(pages);
  const kept = before.split('\n').flatMap((line) => {
    if (line.startsWith('### ')) return [`\n${line}\n\n`];
    const path = /\]\(([^)]+)\)/.exec(line)?.[1] ?? '';
    return missing.delete(path) ? [`${entry(tree, path)}\n`] : [];
  });
  return [...kept, ...[...missing].map((path) => `${entry(tree, path)}\n`)].join('');
}

function entry(tree: Tree, path: string): string {
  const page = parsePage(tree.read(`docs/${path}`) ?? '');
  const title = page.headings[0]?.text ?? path;
  return `- [${title}](${path})`;
}

/** Pages below docs that the index does not link to. */
function unreached(tree: Tree, index: string): Problem[] {
  const linked = new Set(parsePage(index).links.map(({ target }) => posix.normalize(`docs/${target.split('#')[0]}`)));
  return tree
    .files('docs', '.md')
    .filter((path) => path !== INDEX && !linked.has(path))
    .map((file) => {
      const folder = file.split('/')[1]!;
      return {
        file,
        line: 1,
        what: `is not reached from ${INDEX}: link to it, or add <!-- pages: ${folder} --> and <!-- end pages: ${folder} -->`,
      };
    });
}
