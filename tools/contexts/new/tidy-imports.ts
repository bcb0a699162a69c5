// Under new names the imports of a file stand in another order: brought back to the house's, by path, and by name inside the braces.

const IMPORT = /^import (?:[^;']*? from )?'([^']+)';\n/gm;
const NAMES = /^import \{([^}]*)\}/;

/** Only imports of our own files move: they stand together, after those of packages. */
export function tidyImports(text: string): string {
  const own = [...text.matchAll(IMPORT)].filter(([, path]) => path!.startsWith('.'));
  const sorted = own.map(([line]) => line).sort((one, other) => compare(pathOf(one), pathOf(other)));
  let next = 0;
  return text.replaceAll(IMPORT, (line, path: string) =>
    withNamesSorted(path.startsWith('.') ? sorted[next++]! : line),
  );
}

function withNamesSorted(line: string): string {
  const names = NAMES.exec(line)?.[1]
    ?.split(',')
    .flatMap((name) => name.trim() || []);
  if (!names) return line;
  const isType = (name: string) => name.startsWith('type ');
  const ordered = [...names.filter((name) => !isType(name)).sort(compare), ...names.filter(isType).sort(compare)];
  return line.replace(NAMES, () => `import { ${ordered.join(', ')} }`);
}

/** `../../x` before `../x` before `./x`, as the house has it. */
function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { sensitivity: 'base' });
}

function pathOf(line: string): string {
  const path = /'([^']+)';\n$/.exec(line)![1]!;
  const depth = path.split('../').length - 1;
  return `${String(9 - depth)} ${path.replace(/^(?:\.\.?\/)+/, '')}`;
}
