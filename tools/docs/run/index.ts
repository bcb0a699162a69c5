// `npm run docs -- run`: which pages are followed, one after the other.
import { readPage } from '../pages.js';
import { Tree } from '../tree.js';
import { runPage } from './run-page.js';
import { isRunnable, stepsOf } from './steps.js';

export interface RunPagesOptions {
  readonly linkModules?: boolean;
  /** Seconds, for each page. */
  readonly within?: number;
  readonly keep?: boolean;
}

const FOLDERS = ['docs/tutorials', 'docs/how-to'];

/** Pages, or folders of pages. Without any: all tutorials and how-to guides that have something to run. Whether all passed. */
export async function runPages(
  pages: readonly string[],
  { linkModules = false, within, keep = false }: RunPagesOptions,
  say: (line: string) => void = console.log,
): Promise<boolean> {
  const root = process.cwd();
  const tree = new Tree(root);
  const wanted = (pages.length > 0 ? pages : FOLDERS).flatMap((path) => pagesAt(tree, path));
  const failed: string[] = [];
  let ran = 0;
  for (const path of wanted) {
    const steps = stepsOf(readPage(tree, path));
    if (!isRunnable(steps)) {
      if (pages.length > 0) say(`${path} has nothing to run.`);
      continue;
    }
    ran += 1;
    const withinMs = within === undefined ? undefined : within * 1_000;
    if (!(await runPage({ root, path, steps, linkModules, withinMs, keep, say }))) failed.push(path);
  }
  say(
    `${ran - failed.length} pages passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
  );
  return failed.length === 0;
}

function pagesAt(tree: Tree, path: string): string[] {
  if (tree.read(path) !== undefined) return [path];
  const inside = tree.files(path.replace(/\/$/, ''), '.md');
  if (inside.length > 0 || FOLDERS.includes(path)) return inside;
  throw new Error(`There is no page ${path}; give it from the root of the repository, e.g. docs/how-to/write-docs.md.`);
}
