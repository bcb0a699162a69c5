// The whole check, on a copy of this repository in which one fault of each kind is planted.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { contexts } from '../contexts/registry.js';
import { checkDocs, generateDocs } from './generate.js';
import { problemText } from './problem.js';

const COPIED = ['apps', 'libs', 'tools', 'test', 'examples', 'docs', '.github', '.ci'];
const FILES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE', 'Dockerfile', 'docker-compose.yml'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'nest-cli.json', '.env.example'];

const [anyOfThem] = contexts();

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'docs-copy-'));
  for (const name of [...COPIED, ...FILES, ...SETTINGS]) cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true }));

const read = (path: string) => readFileSync(join(copy, path), 'utf8');
const plant = (path: string, more: string) => appendFileSync(join(copy, path), more);

describe('npm run docs', { timeout: 180_000 }, () => {
  it('reports every kind of fault with its line, and mends what is generated', async () => {
    const page = 'docs/how-to/faults.md';
    writeFileSync(
      join(copy, page),
      [
        '# Faults',
        '[gone](../gone.md)',
        '[no heading](../README.md#nowhere)',
        '![no picture](gone.png)',
        '```ts',
        '```',
        '```ts tools/docs/problem.ts#none',
        '```',
        '```ts tools/docs/problem.ts',
        'stale',
        '```',
        '```sh',
        'npm run nonsense',
        'node tools/gone.ts',
        'frobnicate',
        '```',
        '```bash',
        '```',
      ].join('\n'),
    );
    writeFileSync(join(copy, 'docs', 'lonely.md'), '# Nobody links here\n');
    plant('docs/reference/events.md', 'Written by hand.\n');
    plant('libs/clients/src/index.ts', 'export const byHand = 1;\n');
    plant('.env.example', 'UNREAD=1\n');
    plant(
      'libs/event-store/src/core/errors.ts',
      "export class New extends EventStoreError { readonly code = 'ES-1999'; }\n",
    );

    const before = problemText(await checkDocs(copy)).split('\n');
    const found = (line: RegExp) => expect(before).toContainEqual(expect.stringMatching(line));
    found(/^docs\/how-to\/faults\.md:2 .*there is no docs\/gone\.md/);
    found(/^docs\/how-to\/faults\.md:3 .*no such heading/);
    found(/^docs\/how-to\/faults\.md:4 .*there is no docs\/how-to\/gone\.png/);
    found(/^docs\/how-to\/faults\.md:5 TypeScript without a source/);
    found(/^docs\/how-to\/faults\.md:7 .*no lines from \/\/ #region none/);
    found(/^docs\/how-to\/faults\.md:9 differs from tools\/docs\/problem\.ts; npm run docs renews it/);
    found(/^docs\/how-to\/faults\.md:\d+ package\.json has no script nonsense/);
    found(/^docs\/how-to\/faults\.md:\d+ .*tools\/gone\.ts, which does not exist/);
    found(/^docs\/how-to\/faults\.md:\d+ .*runs frobnicate/);
    found(/^docs\/how-to\/faults\.md:\d+ This block says bash; write sh/);
    found(/^docs\/lonely\.md:1 is not reached from docs\/README\.md/);
    found(/^docs\/README\.md:\d+ does not list the pages as they are/);
    found(/^docs\/reference\/events\.md:1 is not what the sources say by now; npm run docs renews it/);
    found(/^libs\/clients\/src\/index\.ts:1 is not what the sources say by now/);
    found(/^docs\/reference\/errors\.md:1 is not what the sources say/);
    found(/^libs\/event-store\/src\/core\/errors\.ts:\d+ ES-1999 has no entry/);
    found(/^\.env\.example:\d+ lists UNREAD, which no service reads/);
    expect(read(page)).toContain('\nstale\n'); // a check writes nothing

    const { changed } = await generateDocs(copy);
    const renewed = ['docs/README.md', 'docs/reference/errors.md', 'docs/reference/events.md'];
    expect(changed).toEqual([page, ...renewed, 'libs/clients/src/index.ts'].sort());
    expect(read(page)).toContain('export interface Problem');
    const after = problemText(await checkDocs(copy));
    expect(after).not.toContain('npm run docs renews it');
    expect(after.split('\n')).toHaveLength(before.length - 5);
  });

  it.skipIf(anyOfThem === undefined)('works without any context', async () => {
    rmSync(join(copy, 'apps'), { recursive: true });
    const { changed } = await generateDocs(copy);
    expect(changed).toContain(`docs/reference/openapi/${anyOfThem!.service}.json`);
    expect(changed).toContain(`libs/clients/src/services/${anyOfThem!.service}.ts`);
    expect(read('docs/reference/http.md')).toContain('There is no service yet.');
    expect(read('docs/reference/events.md')).toContain('There is no context yet.');
    expect(read('docs/reference/configuration.md')).not.toContain('## Only');
  });
});
