// Code shown in pages comes from code that is compiled: ```ts apps/…/order.ts#confirm shows the region `confirm` of that file.
import { blockInfo, isTypeScript } from './block-info.js';
import { parsePage, type Block } from './markdown.js';
import type { Problem } from './problem.js';
import type { Tree } from './tree.js';

/** Rewrites the snippets of a page from their sources; reports those that have none. */
export function refreshSnippets(tree: Tree, path: string): { problems: Problem[]; stale: Problem[] } {
  const { lines, blocks } = parsePage(tree.read(path) ?? '');
  const problems: Problem[] = [];
  const stale: Problem[] = [];
  const fresh = [...lines];
  // From the end, so that the indices of those before stay right.
  for (const block of blocks.toReversed()) {
    const found = snippetOf(tree, block);
    if (found === undefined) continue;
    if ('trouble' in found) {
      problems.push({ file: path, line: block.line, what: found.trouble });
      continue;
    }
    if (found.code === block.content) continue;
    stale.push({ file: path, line: block.line, what: `differs from ${found.source}; npm run docs renews it` });
    const code = found.code.split('\n').map((line) => (line === '' ? '' : block.indent + line));
    fresh.splice(block.from, block.to - block.from, ...code);
  }
  tree.write(path, fresh.join('\n'));
  return { problems, stale };
}

type Snippet = { readonly source: string; readonly code: string } | { readonly trouble: string };

function snippetOf(tree: Tree, block: Block): Snippet | undefined {
  const info = blockInfo(block);
  if (!isTypeScript(info)) return undefined;
  const { words, attributes } = info;
  if (attributes.file !== undefined) return undefined; // the reader's own code
  const [source] = words;
  if (source === undefined) {
    return {
      trouble: 'TypeScript without a source: write ```ts path/to/file.ts#region, or ```ts file=path in a tutorial',
    };
  }
  const [file, region] = source.split('#') as [string, string?];
  const text = tree.read(file);
  if (text === undefined) return { trouble: `shows ${file}, and there is no such file` };
  const code = region === undefined ? wholeFile(text) : regionOf(text, region);
  if (code !== undefined) return { source, code };
  const regions = [...text.matchAll(/^\s*\/\/ #region (\S+)/gm)].map(([, name]) => name).join(', ') || 'none';
  return {
    trouble: `shows ${source}: no lines from // #region ${region} to // #endregion ${region} there; regions of the file: ${regions}`,
  };
}

/** Without its first line, which says why the file exists. */
function wholeFile(text: string): string {
  const lines = text.split('\n');
  while (lines[0]?.startsWith('//')) lines.shift();
  return tidy(lines);
}

/** The lines between the two marks of a name; marks of other regions inside are left out. */
export function regionOf(text: string, name: string): string | undefined {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const to = lines.findIndex((line, index) => index > from && line.trim() === `// #endregion ${name}`);
  return from === -1 || to === -1 ? undefined : tidy(lines.slice(from + 1, to));
}

function tidy(lines: readonly string[]): string {
  const kept = lines.filter((line) => !/^\s*\/\/ #(end)?region\b/.test(line));
  const depths = kept.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const depth = Math.min(...depths, 120);
  return kept
    .map((line) => line.slice(depth))
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd();
}
