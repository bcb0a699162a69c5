// A repository with one context and one message, and the gate as it is here: what `npm run check` says to a commit.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const CONTRACT = 'libs/contracts/src/zoo.events.v1.ts';
export const RELEASES = 'libs/contracts/released/zoo.events.v1.json';
export const FIELDS = 'libs/contracts/src/fields.ts';

const HERE = resolve(import.meta.dirname, '../../..');
const COPIED = [
  'libs/clients',
  'libs/event-store',
  'libs/kernel',
  'libs/platform',
  FIELDS,
  'tools',
  'tsconfig.json',
  'package.json',
];
const WRITTEN = {
  'apps/zoo-service/context.json': '{}\n',
  'libs/contracts/src/index.ts': "export { IsLine } from './fields.js';\nexport * from './zoo.events.v1.js';\n",
  [CONTRACT]: `import { IntegrationEvent, topic } from '@app/event-store/messaging';
import { IsId, IsLine } from './fields.js';

@IntegrationEvent('zoo.animal.born.v1')
export class AnimalBornV1 {
  @IsId() readonly id!: string;
  @IsLine() readonly name!: string;
}

export const zooEvents = topic('zoo.events.v1', [AnimalBornV1]);
`,
};
/** As if somebody had run it at a desk, whatever runs this. */
const DESK = { ...process.env, CI: '', RELEASED_SINCE: '', GITHUB_BASE_REF: '', NO_COLOR: '1' };
const RENEW = `import { renewContracts } from './tools/events/contracts/index.ts'; import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('libs/contracts/released', { recursive: true }); for (const [file, text] of await renewContracts()) writeFileSync(file, text);`;

export interface Gate {
  read(file: string): string;
  write(file: string, text: string): void;
  remove(...files: readonly string[]): void;
  /** One commit of all that has changed, on a branch of its own. */
  commit(): void;
  /** What `npm run check -- released` prints, and whether it was green. */
  check(): { readonly isGreen: boolean; readonly output: string };
  /** Back to what main has. */
  startAgain(): void;
  delete(): void;
}

export function zooOnMain(): Gate {
  const root = mkdtempSync(join(tmpdir(), 'gate-'));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const commit = (): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'One change');
  };
  for (const path of COPIED) cpSync(join(HERE, path), join(root, path), { recursive: true });
  for (const [file, text] of Object.entries(WRITTEN)) write(file, text);
  symlinkSync(join(HERE, 'node_modules'), join(root, 'node_modules'));
  write('.gitignore', 'node_modules\n');
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'nobody');
  git('config', 'user.email', 'nobody@localhost');
  execFileSync('node', ['--import', 'tsx', '--input-type=module', '--eval', RENEW], {
    cwd: root,
    env: DESK,
    stdio: 'pipe',
  });
  commit();
  git('switch', '--quiet', '--create', 'work');
  return {
    read: (file) => readFileSync(join(root, file), 'utf8'),
    write,
    remove: (...files) => files.forEach((file) => existsSync(join(root, file)) && rmSync(join(root, file))),
    commit,
    check: () => {
      const args = ['--import', 'tsx', 'tools/check.ts', 'released'];
      const { status, stdout, stderr } = spawnSync('node', args, { cwd: root, env: DESK, encoding: 'utf8' });
      return { isGreen: status === 0, output: stdout + stderr };
    },
    startAgain: () => {
      git('reset', '--quiet', '--hard', 'main');
      git('clean', '--quiet', '--force', '-d');
    },
    delete: () => rmSync(root, { recursive: true, force: true }),
  };
}
