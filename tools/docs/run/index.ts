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

/** Without pages: all tutorials and how-to guides that have something to run. Whether all passed. */
export async function runPages(
  pages: readonly string[],
  { linkModules = false, within, keep = false }: RunPagesOptions,
  say: (line: string) => void = console.log,
): Promise<boolean> {
  const root = process.cwd();
  const tree = new Tree(root);
  const wanted =
    pages.length > 0 ? pages : ['docs/tutorials', 'docs/how-to'].flatMap((folder) => tree.files(folder, '.md'));
  const failed: string[] = [];
  let ran = 0;
  for (const path of wanted) {
    if (!tree.exists(path))
      throw new Error(
        `There is no page ${path}; give it from the root of the repository, e.g. docs/how-to/write-docs.md.`,
      );
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
