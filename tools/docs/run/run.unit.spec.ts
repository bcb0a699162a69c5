// What a page asks its reader to do, and how code gets into the clone.
import { describe, expect, it } from 'vitest';
import { parsePage } from '../markdown.js';
import { changed } from './apply-code.js';
import { isRunnable, stepsOf, type CodeStep } from './steps.js';

const block = (info: string, content: string) => `\`\`\`${info}\n${content}\n\`\`\`\n`;

describe('the steps of a page', () => {
  it('are its commands and its code, in order; not what is manual, and not what is only shown', () => {
    const steps = stepsOf(
      parsePage(
        block('sh background expect="Running." timeout=9', 'npm start') +
          block('sh manual', 'docker compose up') +
          block('ts a/b.ts#c', 'shown') +
          block('ts file=a/b.ts insert-after="x y"', 'written') +
          block('sh fails', 'false'),
      ),
    );
    expect(steps).toMatchObject([
      { kind: 'shell', script: 'npm start', background: true, expect: 'Running.', timeoutMs: 9_000, fails: false },
      { kind: 'code', file: 'a/b.ts', code: 'written', insertAfter: 'x y', replace: undefined },
      { kind: 'shell', script: 'false', background: false, fails: true, timeoutMs: 300_000 },
    ]);
    expect(isRunnable(steps)).toBe(true);
  });

  it('are not worth a clone when nothing is run', () => {
    expect(isRunnable(stepsOf(parsePage(block('sh manual', 'x') + block('ts file=a.ts', 'y'))))).toBe(false);
  });
});

describe('code that a reader writes', () => {
  const step = (more: Partial<CodeStep>): CodeStep => ({
    kind: 'code',
    line: 1,
    file: 'a.ts',
    code: 'new\n  lines',
    ...more,
  });
  const before = 'one\ntwo\nthree\n';

  it('goes after the line that contains a text, or in its place', () => {
    expect(changed(before, step({ insertAfter: 'tw' }))).toBe('one\ntwo\nnew\n  lines\nthree\n');
    expect(changed(before, step({ replace: 'tw' }))).toBe('one\nnew\n  lines\nthree\n');
  });

  it('is refused where the text is not there, or not once', () => {
    expect(() => changed(before, step({ replace: 'four' }))).toThrow(
      '0 lines of a.ts contain "four"; expected exactly one.',
    );
    expect(() => changed(before, step({ insertAfter: 'o' }))).toThrow('2 lines of a.ts contain "o"');
  });
});
