// Whether the examples of the version that is written today fit the fields of its class. A class that changes without a new version fails here,
// because what it stored before has no example any more.
import { posix } from 'node:path';
import ts from 'typescript';
import type { FoundEvent } from './find-events.js';
import { DATA_OF_EVENT, probeProgram } from './probe-program.js';

export interface NewestExamples {
  readonly event: Pick<FoundEvent, 'className' | 'file'>;
  /** Of the corpus, from the root. */
  readonly file: string;
  readonly examples: readonly unknown[];
}

const PROBE = 'corpus-probe.ts';

/** One sentence for each example that TypeScript does not take for the data of its class. `domain` is where the classes are. */
export function unfitExamples(root: string, domain: string, newest: readonly NewestExamples[]): string[] {
  const files: string[] = ['', ''];
  const imports: string[] = [];
  const values: string[] = [];
  for (const [index, { event, file, examples }] of newest.entries()) {
    const from = `./${posix.relative(domain, event.file).replace(/\.ts$/, '.js')}`;
    imports.push(`import type { ${event.className} as E${index} } from '${from}';`);
    for (const [number, example] of examples.entries()) {
      values.push(`export const e${index}_${number}: Data<E${index}> = ${JSON.stringify(example)};`);
      files.push(file);
    }
  }
  const lines = [imports.join(' '), DATA_OF_EVENT, ...values];
  return probe(root, domain, lines.join('\n')).map(
    ({ line, message }) =>
      `${files[line] || domain}: ${message} If the class has changed, it needs a new version: npm run new:event.`,
  );
}

function probe(root: string, domain: string, text: string): { line: number; message: string }[] {
  const { program, source } = probeProgram(root, posix.join(domain, PROBE), text);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => ({
    line: source.getLineAndCharacterOfPosition(found.start ?? 0).line,
    message: ts.flattenDiagnosticMessageText(found.messageText, ' '),
  }));
}
