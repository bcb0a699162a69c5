// A workshop that runs specs in its copy, on the database server of the run.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Workshop } from '../../tools/mutants/workshop.js';

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

export class TestWorkshop extends Workshop {
  private constructor(
    folder: string,
    private readonly databaseUrl: string,
  ) {
    super(folder);
  }

  static async open(databaseUrl: string): Promise<TestWorkshop> {
    return new TestWorkshop(await Workshop.copyOf(COPIED), databaseUrl);
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
