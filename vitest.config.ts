// The kind of a test is in its name: *.unit.spec.ts (no I/O), *.int.spec.ts (PostgreSQL), *.e2e.spec.ts (whole systems).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true }, // @app/…; Vite also emits the decorator metadata that Nest's injector reads
  test: {
    include: ['{apps,libs,templates,tools,test,examples}/**/*.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/fixtures/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['reflect-metadata', 'test/support/timeouts.ts'],
    reporters: ['default', './tools/test-summary-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
    coverage: { provider: 'v8', include: ['{apps,libs}/*/src/**/*.ts'], exclude: ['**/*.spec.ts', '**/main.ts'] },
  },
});
