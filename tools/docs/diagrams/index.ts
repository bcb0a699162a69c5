// `npm run docs -- diagrams`: draws every mermaid block of the pages in a real browser, because only mermaid itself knows what it can draw.
import { writeFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { blockInfo } from '../block-info.js';
import { pagePaths, readPage } from '../pages.js';
import type { Problem } from '../problem.js';
import { Tree } from '../tree.js';
import { findChromium } from './chromium.js';
import { draw, type Diagram } from './draw.js';

/** Those that cannot be drawn. Without a browser it says so, and fails only where DIAGRAMS=required. */
export async function checkDiagrams(
  root: string,
  pages: readonly string[],
  { pictures }: { readonly pictures?: string } = {},
  say: (line: string) => void = console.log,
): Promise<Problem[]> {
  const diagrams = diagramsOf(new Tree(root), pages);
  const chromium = findChromium();
  if (chromium === undefined) {
    const sentence = `${diagrams.length} diagrams were NOT drawn: no Chromium. Install chromium, or set CHROMIUM to its path.`;
    if (process.env.DIAGRAMS === 'required') throw new Error(sentence);
    say(sentence);
    return [];
  }
  if (diagrams.length === 0) return [];
  const drawn = await draw(root, chromium, diagrams);
  if (pictures !== undefined) save(pictures, diagrams, drawn);
  const bad = diagrams.flatMap(({ file, line }, index) => {
    const { error } = drawn[index]!;
    return error === undefined ? [] : [{ file, line, what: `This diagram cannot be drawn: ${error}` }];
  });
  say(`${diagrams.length - bad.length} of ${diagrams.length} diagrams drawn.`);
  return bad;
}

export function diagramsOf(tree: Tree, pages: readonly string[] = []): Diagram[] {
  for (const path of pages) if (!tree.exists(path)) throw new Error(`There is no page ${path}.`);
  return (pages.length > 0 ? pages : pagePaths(tree)).flatMap((file) =>
    readPage(tree, file)
      .blocks.filter((block) => blockInfo(block).language === 'mermaid')
      .map(({ line, content }) => ({ file, line, source: content })),
  );
}

function save(folder: string, diagrams: readonly Diagram[], drawn: readonly { readonly svg?: string }[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, { file, line }] of diagrams.entries()) {
    const { svg } = drawn[index]!;
    if (svg !== undefined) writeFileSync(join(folder, `${basename(file, '.md')}-${line}.svg`), svg);
  }
}
