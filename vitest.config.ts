// The kind of a test is in its name: *.unit.spec.ts (no I/O), *.int.spec.ts (PostgreSQL), *.e2e.spec.ts (whole systems); *.mocked.int.spec.ts
// replaces modules.
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

const everywhere = '{apps,bench,libs,templates,tools,test,examples}/**';
const mocked = `${everywhere}/*.mocked.int.spec.ts`;
const exclude = ['**/node_modules/**', '**/dist/**', 'test/fixtures/**'];

export default defineConfig({
  resolve: { tsconfigPaths: true }, // @app/…; Vite also emits the decorator metadata that Nest's injector reads
  test: {
    setupFiles: ['reflect-metadata', 'test/support/timeouts.ts'],
    reporters: ['default', './tools/fault-run-reporter.ts', './tools/test-summary-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 3, // tests of whole systems wait more than they work
    // Files share a process, so each leaves it as it was: to load Nest anew for each took two thirds of a unit test's time, a third of an int's.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
    coverage: { provider: 'v8', include: ['{apps,libs}/*/src/**/*.ts'], exclude: ['**/*.spec.ts', '**/main.ts'] },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [`${everywhere}/*.unit.spec.ts`], exclude },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: [`${everywhere}/*.{int,e2e}.spec.ts`],
          exclude: [...exclude, mocked],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        extends: true,
        // In a process that others share, a module is replaced only where none of them has loaded it, and stays so for those that follow.
        test: {
          name: 'mocked',
          include: [mocked],
          exclude,
          isolate: true,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
