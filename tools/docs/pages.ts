// Which pages the checks look at: all that people are meant to read. Templates of pages and notes of tests are none.
import { parsePage, type Page } from './markdown.js';
import type { Tree } from './tree.js';

/** Folders with pages; of the root itself only the files directly in it. */
const FOLDERS = ['docs', 'examples', 'bench', 'apps', 'libs', '.github'];

export function pagePaths(tree: Tree): string[] {
  const inRoot = tree.topFiles('.md');
  return [...inRoot, ...FOLDERS.flatMap((folder) => tree.files(folder, '.md'))];
}

export function readPage(tree: Tree, path: string): Page {
  return parsePage(tree.read(path) ?? '');
}
