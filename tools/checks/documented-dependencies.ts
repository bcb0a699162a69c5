// Each package that package.json names has a reason that somebody wrote down: a row in docs/explanation/dependencies.md.
export const PAGE = 'docs/explanation/dependencies.md';

/** Shorter than this is not a sentence. */
const MIN_LENGTH = 20;

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Returns one sentence for each package without a row, and for each row without a package or a reason. */
export function checkDocumentedDependencies(manifest: Manifest, page: string): string[] {
  const named = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})];
  const rows = new Map<string, string>();
  for (const [, name = '', reason = ''] of page.matchAll(/^\| `(@?[a-z0-9][^`\s]*)` \|(.*)\|\s*$/gm)) {
    rows.set(name, reason.trim());
  }
  return [
    ...named
      .filter((name) => !rows.has(name))
      .map((name) => `${PAGE}: no row for ${name}; say why it is here, and what we would do without it`),
    ...[...rows.keys()]
      .filter((name) => !named.includes(name))
      .map((name) => `${PAGE}: ${name} is not in package.json; remove its row`),
    ...[...rows]
      .filter(([, reason]) => reason.length < MIN_LENGTH || !reason.endsWith('.'))
      .map(([name]) => `${PAGE}: the row of ${name} gives no reason; a sentence was expected`),
  ];
}
