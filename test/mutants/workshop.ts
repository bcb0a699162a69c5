// A copy of the tree to break things in: the real one is never touched. Tests in the copy run on the database server of the run.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutant } from './mutants.js';

/** What the specs of the libraries need. */
const COPIED = ['libs', 'test/support', 'tools', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

export interface TestRun {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Of the runner itself, to understand a run without results. */
  readonly output: string;
}

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

export class Workshop {
  private constructor(
    private readonly folder: string,
    private readonly databaseUrl: string,
  ) {}

  static async open(databaseUrl: string): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'nest-es-mutants-'));
    for (const path of COPIED) await cp(path, join(folder, path), { recursive: true });
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    return new Workshop(folder, databaseUrl);
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** How often the mutant's text is in its file; anything but once, and the mutant is no longer what it was meant to be. */
  async occurrences({ file, find }: Mutant): Promise<number> {
    return (await readFile(join(this.folder, file), 'utf8')).split(find).length - 1;
  }

  /** Runs `work` with the bug in place, and takes it out again. */
  async with<T>({ file, find, replace }: Mutant, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const sound = await readFile(path, 'utf8');
    await writeFile(
      path,
      sound.replace(find, () => replace),
    );
    try {
      return await work();
    } finally {
      await writeFile(path, sound);
    }
  }

  /** Runs the tests of these names in these specs, in a process of their own. */
  async test(specs: readonly string[], names: readonly string[]): Promise<TestRun> {
    const report = join(this.folder, 'report.json');
    await rm(report, { force: true });
    const pattern = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    const args = ['run', ...new Set(specs), '--testNamePattern', pattern, '--reporter', 'json', '--outputFile', report];
    const output = await this.vitest(args);
    const text = await readFile(report, 'utf8').catch(() => '{"testResults":[]}');
    const results = (JSON.parse(text) as JsonReport).testResults.flatMap(({ assertionResults }) => assertionResults);
    const titlesOf = (status: string): string[] =>
      results.filter((result) => result.status === status).map(({ title }) => title);
    return { passed: titlesOf('passed'), failed: titlesOf('failed'), output };
  }

  private vitest(args: readonly string[]): Promise<string> {
    // A worker's own variables would make the child believe that it is one.
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|TINYPOOL|NODE_OPTIONS|FORCE_COLOR)/.test(name),
    );
    const env = { ...Object.fromEntries(inherited), TEST_DATABASE_URL: this.databaseUrl, NO_COLOR: '1' };
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    return new Promise((done, failed) => {
      const child = spawn(process.execPath, [vitest, ...args], {
        cwd: this.folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.once('error', failed);
      child.once('close', () => done(output));
    });
  }
}
