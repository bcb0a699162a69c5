// A tree like the starter's, small: what `npm run init` reads and changes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Never written out as one word: the real `npm run init` reads and changes this file too. */
export const at = (scope: string): string => `@${scope}`;
const old = at('old');

const files = {
  'package.json':
    '{\n  "name": "old-name",\n  "version": "0.1.0",\n  "description": "What it was.",\n  "type": "module"\n}\n',
  'package-lock.json':
    '{\n  "name": "old-name",\n  "packages": {\n    "": {\n      "name": "old-name"\n    },\n    "node_modules/' +
    at('vendor') +
    '/one": { "name": "old-name" }\n  }\n}\n',
  'tsconfig.json': `{ "compilerOptions": { "paths": { "${old}/event-store": ["./libs/event-store/src/index.ts"] } } }\n`,
  '.prettierrc': '{ "singleQuote": true }\n',
  '.prettierignore': '*.md\n',
  '.gitignore': 'data/\n',
  'README.md': `# The old title\n\n# Another heading. Import from '${old}/kernel', write to me${old}.example.\n`,
  'apps/order-service/src/order.ts': `import { a, bbbbbbbbbbbbbbbbbbbbb, ccccccccccccccccccccc } from '${old}/kernel';\n`,
  'apps/order-service/context.json': '{ "port": 3001 }\n',
  'apps/payment-service/context.json': '{ "port": 3002 }\n',
  'tools/contexts/belongings.json': '[\n  { "contexts": ["order", "payment"], "paths": ["test/shop.ts"] }\n]\n',
  'test/shop.ts': '',
  'nest-cli.json': '{ "root": "apps", "projects": { "order-service": {}, "payment-service": {} } }\n',
  'libs/kernel/src/index.ts': `// Not ${old}er, not ${old}-fashioned, but ${old}.\n/** ${at('throws')} nothing */\nexport const a =    1;\n`,
  'data/dev-issuer/private.json': '{}\n',
};

export interface Tree {
  readonly root: string;
  write(file: string, text: string): void;
  git(...args: readonly string[]): string;
  /** As a clone with two commits. */
  commit(): void;
  remove(): void;
}

export function starterTree(): Tree {
  const root = mkdtempSync(join(tmpdir(), 'init-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    root,
    write,
    git,
    commit() {
      git('init', '--quiet', '--initial-branch=trunk');
      git('config', 'user.name', 'A');
      git('config', 'user.email', 'a@example.org');
      git('commit', '--quiet', '--allow-empty', '-m', 'first');
      git('add', '--all');
      git('commit', '--quiet', '-m', 'second');
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
