import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply, uncommitted } from './apply.js';
import { BELONGINGS } from './belongings.js';
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

  it('names the links and imports that would point to nothing', () => {
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
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'x');
    const plan = planRemoval(root, 'ship');
    write('test/other.ts', '');
    expect(uncommitted(root, plan)).toEqual([]);
    write('apps/ship-service/src/new.ts', '');
    write('README.md', `${SHOP_PAGE}Mine.\n`);
    expect(uncommitted(root, plan).sort()).toEqual(['README.md', 'apps/ship-service/src/new.ts']);
  });

  it('says so when there is no git that could', () => {
    expect(() => uncommitted(root, planRemoval(root, 'ship'))).toThrow('git cannot say whether all is committed: ');
  });
});
