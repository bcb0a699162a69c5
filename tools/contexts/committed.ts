// Whether git could give back what a tool is about to delete or overwrite: without that, nothing is done.
import { execFileSync } from 'node:child_process';

/** What git ignores because tools make it again: nothing is lost with it. */
const MADE = /(^|\/)(node_modules|dist|\.cache|coverage|\.DS_Store|[^/]*\.(log|tsbuildinfo))(\/|$)/;

/** Lines of git status, two letters and the file, for what among the paths git could not give back as they are, ignored ones too: git knows none of those. */
function uncommitted(root: string, paths: readonly string[], wayOut: string): string[] {
  const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--ignored=matching', '--no-renames'];
  try {
    const status = execFileSync('git', [...args, '--', ...paths], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
    return status.split('\0').filter((line) => line !== '' && !(line.startsWith('!!') && MADE.test(line.slice(3))));
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new Error(
      `git cannot say whether all is committed: ${(stderr ?? String(error)).trim()}\nRun git init and commit${wayOut}.`,
      { cause: error },
    );
  }
}

/** `wayOut` is what one may do instead, like `, or give --force`. @throws Error naming the first files, or what git says */
export function assertCommitted(root: string, paths: readonly string[], wayOut = ''): void {
  if (paths.length === 0) return; // no path means all of them to git
  const lines = uncommitted(root, paths, wayOut);
  if (lines.length === 0) return;
  const some = lines.slice(0, 8).map((line) => `  ${line.slice(3)}\n`);
  const more = lines.length > 8 ? `  and ${lines.length - 8} more\n` : '';
  const ignored = lines.some((line) => line.startsWith('!!')) ? ' Move those away that git ignores.' : '';
  throw new Error(
    `These have changes that git could not give back:\n${some.join('')}${more}Commit them first${wayOut}.${ignored}`,
  );
}
