// Finds what still points to files that a removal takes away, so that nobody has to find it by a broken build.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { filesBelow, isBelow } from './files.js';
import type { Removal } from './removal.js';

/** `file:line: text` of links in pages and of imports in sources, as they are once the removal is done. */
export function dangling(root: string, { deletes, edits }: Removal): string[] {
  const kept = filesBelow(root).filter(
    (file) => /\.(md|ts)$/.test(file) && !isBelow(file, ['test/fixtures', ...deletes]),
  );
  return kept.flatMap((file) => {
    const text = edits.get(file) ?? readFileSync(join(root, file), 'utf8');
    return text.split('\n').flatMap((line, index) => {
      const targets = file.endsWith('.md') ? linksIn(line) : importsIn(line);
      const goes = (target: string) => isBelow(posix.join(posix.dirname(file), target), deletes);
      return targets.some(goes) ? [`${file}:${index + 1}: ${line.trim()}`] : [];
    });
  });
}

function linksIn(line: string): string[] {
  return [...line.matchAll(/\]\(([^)#\s]+)/g)].flatMap(([, target]) => (/^[a-z]+:/.test(target!) ? [] : target!));
}

function importsIn(line: string): string[] {
  return [...line.matchAll(/(?:from|import\() ?'(\.[^']*)\.js'/g)].map(([, target]) => `${target}.ts`);
}
