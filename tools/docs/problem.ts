// What is wrong with a page: where, what, and how to mend it.

export interface Problem {
  /** From the root of the repository, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** One sentence, with the way out in it. */
  readonly what: string;
}

export function problemText(problems: readonly Problem[]): string {
  return [...problems]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
    .map(({ file, line, what }) => `${file}:${line} ${what}`)
    .join('\n');
}
