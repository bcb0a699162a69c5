// `npm run init --name=acme` without the `--` before it: npm takes what stands there for its own settings, and the run would change nothing.
import { spawnSync } from 'node:child_process';

/**
 * Options of init that npm may have kept. `scope` is a setting of npm too, and whoever has it in an .npmrc has typed nothing.
 * Of `--description=…` npm leaves no trace.
 */
export function optionsThatNpmTook(environment: NodeJS.ProcessEnv, configured = scopeInFiles): string[] {
  const scope = environment['npm_config_scope'];
  return scope === undefined || bare(scope) === bare(configured(environment)) ? ['name'] : ['name', 'scope'];
}

/** npm prints it with its sign, whether it was written so or not. */
function bare(scope: string): string {
  return scope.trim().replace(/^@/, '');
}

/** What npm would say without what this run was given. */
function scopeInFiles(environment: NodeJS.ProcessEnv): string {
  const env = { ...environment, npm_config_scope: undefined };
  const { stdout } = spawnSync('npm', ['config', 'get', 'scope'], { env, encoding: 'utf8' });
  return stdout ?? '';
}
