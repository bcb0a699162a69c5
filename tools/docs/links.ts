// Every relative link leads somewhere: to a file, a folder, a heading of a page, a line of a source.
import { dirname, posix } from 'node:path';
import type { Page } from './markdown.js';
import { readPage } from './pages.js';
import type { Problem } from './problem.js';
import type { Tree } from './tree.js';

export function checkLinks(tree: Tree, path: string, page: Page): Problem[] {
  return page.links.flatMap(({ target, line }) => {
    const trouble = troubleOf(tree, path, page, target);
    return trouble === undefined ? [] : { file: path, line, what: `links to ${target || 'nothing'}: ${trouble}` };
  });
}

function troubleOf(tree: Tree, from: string, page: Page, target: string): string | undefined {
  if (target === '') return 'a link needs a target';
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined; // another site, a mail address
  if (target.startsWith('/')) return 'write it relative to the page, so that it also works in an editor';
  const [file, anchor] = target.split('#') as [string, string?];
  const path = file === '' ? from : resolveLink(from, file);
  if (path === undefined) return 'it leaves the repository';
  if (file !== '' && !tree.exists(path)) return `there is no ${path}`;
  if (anchor === undefined || anchor === '') return undefined;
  if (path.endsWith('.md')) {
    const { anchors } = file === '' ? page : readPage(tree, path);
    return anchors.has(decodeURIComponent(anchor)) ? undefined : noAnchor(path, anchors);
  }
  return lineTrouble(tree, path, anchor);
}

function resolveLink(from: string, file: string): string | undefined {
  const path = posix.normalize(posix.join(dirname(from), decodeURIComponent(file))).replace(/\/$/, '');
  return path.startsWith('../') || path === '..' ? undefined : path;
}

function noAnchor(path: string, anchors: ReadonlySet<string>): string {
  return `${path} has no such heading; it has ${[...anchors].map((slug) => `#${slug}`).join(', ') || 'none'}`;
}

/** `#L12` and `#L12-L20`. */
function lineTrouble(tree: Tree, path: string, anchor: string): string | undefined {
  const last = /^L\d+(?:-L(\d+))?$/.exec(anchor)?.[1] ?? /^L(\d+)$/.exec(anchor)?.[1];
  if (last === undefined) return 'only pages have headings; a line of a source is #L12';
  const lines = (tree.read(path) ?? '').split('\n').length;
  return Number(last) <= lines ? undefined : `${path} has ${lines} lines`;
}
