// Runs a service of this folder (SERVICE, default things-service) from its sources, compiled by Vite as in the tests: Nest's injector needs the decorator metadata.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

await runnerImport(fileURLToPath(new URL(`${process.env.SERVICE ?? 'things-service'}.ts`, import.meta.url)), {
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  resolve: { tsconfigPaths: true },
});
