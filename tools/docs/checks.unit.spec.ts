// The checks of a page, each on a small tree.
import { describe, expect, it } from 'vitest';
import { treeOf } from '../../test/support/small-tree.js';
import { checkCommands } from './commands.js';
import { refreshIndex } from './index-page.js';
import { checkLinks } from './links.js';
import { readPage } from './pages.js';
import { refreshSnippets } from './snippets.js';

const source = `// Why it exists.
export class Order {
  // #region confirm
  confirm(): void {

    // #region inner
    this.raise();
    // #endregion inner
  }
  // #endregion confirm
}
`;

describe('a snippet', () => {
  const refresh = (info: string, content = '') => {
    const tree = treeOf({ 'a/order.ts': source, 'docs/p.md': `# P\n\n\`\`\`${info}\n${content}\n\`\`\`\nEnd.\n` });
    const { problems, stale } = refreshSnippets(tree, 'docs/p.md');
    return { text: tree.read('docs/p.md'), problems: problems.map(({ what }) => what), stale };
  };
  const shown = 'confirm(): void {\n\n  this.raise();\n}';

  it('is replaced by its region, without marks and without its indent', () => {
    const { text, stale } = refresh('ts a/order.ts#confirm', 'old');
    expect(text).toBe(`# P\n\n\`\`\`ts a/order.ts#confirm\n${shown}\n\`\`\`\nEnd.\n`);
    expect(stale).toEqual([
      { file: 'docs/p.md', line: 3, what: 'differs from a/order.ts#confirm; npm run docs renews it' },
    ]);
  });

  it('that is right stays as it is', () => {
    expect(refresh('ts a/order.ts#confirm', shown)).toMatchObject({ problems: [], stale: [] });
  });

  it('is the whole file without its first comment where no region is named', () => {
    expect(refresh('ts a/order.ts').text).toContain('```ts a/order.ts\nexport class Order {\n  confirm');
  });

  it.each([
    ['ts', 'TypeScript without a source'],
    ['ts a/none.ts', 'there is no such file'],
    ['ts a/order.ts#cancel', 'regions of the file: confirm, inner'],
  ])('%s is refused', (info, what) => expect(refresh(info).problems[0]).toContain(what));

  it('that the reader writes needs no source', () => {
    expect(refresh('ts file=a/new.ts', 'const x = 1;')).toMatchObject({ problems: [], stale: [] });
  });
});

describe('a link', () => {
  const check = (target: string) => {
    const tree = treeOf({
      'docs/p.md': `# The page\n\n[x](${target})\n`,
      'docs/q/r.md': '# Über `x`\n\n<a id="old"></a>\n',
      'src/a.ts': '1\n2\n3\n',
    });
    return checkLinks(tree, 'docs/p.md', readPage(tree, 'docs/p.md'));
  };

  it.each([
    'https://example.com/x#y',
    'q/r.md',
    'q',
    '../src/a.ts#L3',
    '../src/a.ts#L1-L3',
    'q/r.md#über-x',
    'q/r.md#%C3%BCber-x',
    'q/r.md#old',
    '#the-page',
  ])('may lead to %s', (target) => expect(check(target)).toEqual([]));

  it.each([
    ['q/none.md', 'there is no docs/q/none.md'],
    ['q/r.md#x', 'has no such heading; it has #über-x, #old'],
    ['#nowhere', 'has no such heading'],
    ['/docs/p.md', 'write it relative'],
    ['../../etc/passwd', 'leaves the repository'],
    ['../src/a.ts#L30', 'has 4 lines'],
    ['', 'a link needs a target'],
  ])('may not lead to %j', (target, what) => {
    expect(check(target)).toEqual([{ file: 'docs/p.md', line: 3, what: expect.stringContaining(what) as string }]);
  });
});

describe('a command', () => {
  const check = (script: string, info = 'sh', before = '') => {
    const tree = treeOf({
      'package.json': JSON.stringify({ scripts: { start: 'x', test: 'x', 'new:context': 'x' } }),
      'tools/a.ts': '',
      'apps/order-service/src/main.ts': '',
      'node_modules/.bin/vitest': '',
      '.ci/run': '',
      'p.md': `${before}\`\`\`${info}\n${script}\n\`\`\`\n`,
    });
    return checkCommands(tree, 'p.md', readPage(tree, 'p.md'));
  };

  it.each([
    'npm ci && npm start -- --broker kafka',
    'npm run new:context shipping\nls apps/shipping-service/src',
    'npx vitest run apps/order-service',
    'node --import tsx tools/a.ts',
    '.ci/run',
    'ORDERS=$(docker compose port order-service 3000) && curl -sS "$ORDERS/x" | grep placed',
    'cat data/logs/order-service.log',
    'npm run <name>',
  ])('may be %j', (script) => {
    expect(check(script)).toEqual([]);
  });

  it.each([
    ['npm run nonsense', 'package.json has no script nonsense'],
    ['npm strat', 'npm has no command strat'],
    ['npx vitets', 'npx vitets: no package'],
    ['true\nnode tools/b.ts', 'tools/b.ts, which does not exist'],
    ['.ci/walk', 'runs .ci/walk, which does not exist'],
    ['frobnicate --now', 'runs frobnicate, which a reader may not have'],
  ])('may not be %j', (script, what) => {
    const line = 1 + script.split('\n').length;
    expect(check(script)).toEqual([{ file: 'p.md', line, what: expect.stringContaining(what) as string }]);
  });

  it('is checked also where it is not run', () => expect(check('npm run nonsense', 'sh manual')).toHaveLength(1));

  it('may use what the page has had its reader write', () => {
    expect(check('cat apps/y.ts', 'sh', '```ts file=apps/y.ts\n1\n```\n')).toEqual([]);
  });
});

describe('the index', () => {
  const marks = (list: string) => `# D\n<!-- pages: how-to -->\n${list}<!-- end pages: how-to -->\n`;
  const pages = { 'docs/how-to/a.md': '# First', 'docs/how-to/b.md': '# Second' };

  it('keeps the order of what is there, drops what is gone, adds what is new and renews titles', () => {
    const tree = treeOf({ ...pages, 'docs/README.md': marks('- [Old](how-to/b.md)\n- [Gone](how-to/c.md)\n') });
    const { problems, stale } = refreshIndex(tree);
    expect(tree.read('docs/README.md')).toBe(marks('- [Second](how-to/b.md)\n- [First](how-to/a.md)\n'));
    expect([problems, stale.map(({ line }) => line)]).toEqual([[], [3]]);
  });

  it('keeps headings, and puts what is new below the last one', () => {
    const tree = treeOf({
      ...pages,
      'docs/README.md': marks('\n### Data\n\n- [Old](how-to/b.md)\n\n### More\n\n'),
    });
    refreshIndex(tree);
    const fresh = marks('\n### Data\n\n- [Second](how-to/b.md)\n\n### More\n\n- [First](how-to/a.md)\n');
    expect(tree.read('docs/README.md')).toBe(fresh);
    refreshIndex(tree);
    expect(tree.read('docs/README.md')).toBe(fresh);
  });

  it('names pages that it does not reach', () => {
    const tree = treeOf({ ...pages, 'docs/other/x.md': '# X', 'docs/README.md': marks('') });
    expect(refreshIndex(tree).problems).toEqual([
      { file: 'docs/other/x.md', line: 1, what: expect.stringContaining('<!-- pages: other -->') as string },
    ]);
  });
});
