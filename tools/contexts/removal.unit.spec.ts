import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply, touched } from './apply.js';
import { BELONGINGS } from './belongings.js';
import { assertCommitted } from './committed.js';
import { dangling } from './dangling.js';
import { planRemoval } from './removal.js';

const SHOP_PAGE = '# Shop\n\n<!-- context: ship bill -->\nBoth.\n<!-- end context: ship bill -->\n\nMore.\n';
const INDEX = ['ship', 'bill'].map(
  (name) => `// context: ${name}\nexport * from './${name}.js';\n// end context: ${name}\n`,
);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'removal-'));
  for (const [index, name] of ['ship', 'bill'].entries()) {
    const other = name === 'ship' ? 'bill' : 'ship';
    write(`apps/${name}-service/context.json`, `{ "port": ${3001 + index} }`);
    write(`apps/${name}-service/src/saga.ts`, `import { type Money, ${other}Events } from '@app/contracts';\n`);
    write(`libs/contracts/src/${name}.events.v1.ts`, `export const ${name}Events = 1;\n`);
    write(
      `libs/contracts/src/${name}.events.v1.unit.spec.ts`,
      `import { ${name}Events } from './${name}.events.v1.js';\n`,
    );
  }
  write('libs/contracts/src/index.ts', `export * from './fields.js';\n${INDEX.join('')}// contexts end here\n`);
  write('README.md', SHOP_PAGE);
  write('docs/deep/page.md', '[The shop](../../test/shop/arena.ts), [more](https://example.org/test/shop).\n');
  write('test/shop/arena.ts', '');
  write('test/other.ts', "import { arena } from './shop/arena.js';\n");
  write(BELONGINGS, '[\n  { "contexts": ["ship", "bill"], "paths": ["test/shop", "test/missing.ts"] }\n]\n');
  const projects = '"ship-service": {}, "bill-service": {}, "kernel": {}';
  const options = '"compilerOptions": { "tsConfigPath": "apps/ship-service/tsconfig.app.json" }';
  write(
    'nest-cli.json',
    `{ "root": "apps/ship-service", "sourceRoot": "apps/ship-service/src", ${options}, "projects": { ${projects} } }\n`,
  );
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
function repository(): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'x');
}
const remove = (name: string): void => apply(root, planRemoval(root, name));

describe('the plan of a removal', () => {
  it('deletes the service and what belongs to it, edits what is shared, and says what stays and why', () => {
    const { deletes, edits, stays } = planRemoval(root, 'ship');
    expect(deletes).toEqual(['apps/ship-service', 'test/shop']);
    expect([...edits.keys()].sort()).toEqual(['README.md', 'nest-cli.json', BELONGINGS]);
    expect(edits.get('README.md')).toBe('# Shop\n\nMore.\n');
    expect(edits.get(BELONGINGS)).toBe('[]\n');
    expect(stays).toEqual([
      'libs/contracts/src/ship.events.v1.ts stays: apps/bill-service/src/saga.ts imports it. It goes with the last context that does.',
    ]);
  });

  it('makes another app the default project of Nest, and the folder of apps when none is left', () => {
    const moved = JSON.parse(planRemoval(root, 'ship').edits.get('nest-cli.json')!) as Record<string, unknown>;
    expect(moved).toEqual({
      root: 'apps/bill-service',
      sourceRoot: 'apps/bill-service/src',
      compilerOptions: { tsConfigPath: 'apps/bill-service/tsconfig.app.json' },
      projects: { 'bill-service': {}, kernel: {} },
    });
    expect(JSON.parse(planRemoval(root, 'bill').edits.get('nest-cli.json')!)).toMatchObject({
      root: 'apps/ship-service',
    });
    remove('ship');
    remove('bill');
    expect(JSON.parse(read('nest-cli.json'))).toEqual({
      root: 'apps',
      sourceRoot: 'apps',
      compilerOptions: { tsConfigPath: 'tsconfig.json' },
      projects: { kernel: {} },
    });
  });

  it('is refused for a context that does not exist, with those that do', () => {
    expect(() => planRemoval(root, 'basket')).toThrow("There is no context 'basket'. Expected one of: ship, bill.");
  });

  it('is that of the contract alone where the context went before and nobody imports it any more', () => {
    remove('ship');
    expect(() => planRemoval(root, 'ship')).toThrow(
      `The context 'ship' is gone; its contract libs/contracts/src/ship.events.v1.ts stays, because apps/bill-service/src/saga.ts imports it.`,
    );
    write('apps/bill-service/src/saga.ts', '');
    const { deletes, edits } = planRemoval(root, 'ship');
    expect(deletes).toEqual(['events.v1.ts', 'events.v1.unit.spec.ts'].map((end) => `libs/contracts/src/ship.${end}`));
    expect([...edits.keys()]).toEqual(['libs/contracts/src/index.ts']);
    expect(edits.get('libs/contracts/src/index.ts')).not.toContain('ship');
  });

  it('names the links and imports that would point to nothing', () => {
    write('docs/events.md', '<!-- Generated by `npm run docs`. -->\n[Shop](../test/shop/arena.ts)\n');
    write('docs/README.md', '<!-- pages: x -->\n[Shop](../test/shop/arena.ts)\n<!-- end pages: x -->\n');
    expect(dangling(root, planRemoval(root, 'ship'))).toEqual([
      'docs/deep/page.md:1: [The shop](../../test/shop/arena.ts), [more](https://example.org/test/shop).',
      "test/other.ts:1: import { arena } from './shop/arena.js';",
    ]);
  });

  it.each([
    ['{}', 'it is no array'],
    ['[{ "contexts": ["ship"] }]', 'entry 1 is not complete'],
    ['[{ "contexts": ["ship"], "paths": ["../elsewhere"] }]', "'../elsewhere' is no path below the root"],
    ['[{ "contexts": ["ship"], "paths": ["/etc"] }]', "'/etc' is no path below the root"],
  ])('is refused when belongings.json is %s', (text, sentence) => {
    write(BELONGINGS, text);
    expect(() => planRemoval(root, 'ship')).toThrow(`tools/contexts/belongings.json: ${sentence}.`);
  });
});

describe('a removal', () => {
  it.each([
    ['ship', 'bill'],
    ['bill', 'ship'],
  ])('of %s, then of %s leaves neither contract, nor a folder that is empty', (first, second) => {
    remove(first);
    expect(existsSync(join(root, `libs/contracts/src/${first}.events.v1.ts`))).toBe(true);
    expect(read('libs/contracts/src/index.ts')).toContain(INDEX.join(''));
    remove(second);
    expect(read('libs/contracts/src/index.ts')).toBe("export * from './fields.js';\n// contexts end here\n");
    expect(existsSync(join(root, 'libs/contracts/src/ship.events.v1.unit.spec.ts'))).toBe(false);
    expect(existsSync(join(root, 'apps'))).toBe(false);
  });

  it('knows what git could not give back', () => {
    write('.gitignore', 'node_modules\ndist\n');
    repository();
    const paths = touched(planRemoval(root, 'ship'));
    write('test/other.ts', '');
    write('apps/ship-service/node_modules/x/index.js', '');
    write('apps/ship-service/dist/main.js', '');
    expect(() => assertCommitted(root, paths)).not.toThrow();
    write('apps/ship-service/src/new.ts', '');
    write('README.md', `${SHOP_PAGE}Mine.\n`);
    expect(() => assertCommitted(root, paths, ', or else')).toThrow(
      /git could not give back:\n {2}README\.md\n {2}apps\/ship-service\/src\/new\.ts\nCommit them first, or else\./,
    );
  });

  it('counts a file that git ignores, because git has no copy of it', () => {
    write('.gitignore', '.env\n');
    repository();
    write('apps/ship-service/.env', 'SECRET=1\n');
    expect(() => assertCommitted(root, touched(planRemoval(root, 'ship')))).toThrow('  apps/ship-service/.env\n');
  });

  it('says so when there is no git that could, and how to have one', () => {
    expect(() => assertCommitted(root, touched(planRemoval(root, 'ship')), ', or give --force')).toThrow(
      /^git cannot say whether all is committed: [^]*Run git init and commit, or give --force\.$/,
    );
  });
});
