// Every service, as a customer and as an operator: all checks of Schemathesis, with sequences of requests that follow from each other.
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { System } from '../system/system.js';
import { withThrowawaySystem } from '../system/throwaway-system.js';
import { readArguments, wholeNumber } from '../text/arguments.js';
import { findPythonTool } from '../python/python-tool.js';
import { countHits, writeSettings, type Aim, type Hit } from './aim.js';
// context: order payment
import { paidOrders } from './paid-orders.js';
// end context: order payment
import { emptyPhases, phasesText, readReport, type Exchange } from './report.js';
import { SCHEMATHESIS } from './schemathesis.js';

const ROLES = ['customer', 'operator'] as const;
const DEFAULT_SECONDS = 60;
/** Below it a phase may be without a request: loading and probing take a second of each run. */
const LEAST_SECONDS = 20;
/** A run that is shorter may miss something by chance: that is said, and is no failure. */
const LONG_RUN_SECONDS = 15;
const REPORTS = resolve('.cache', 'fuzz');

const aims: Aim[] = [];
// context: order payment
aims.push(paidOrders);
// end context: order payment

interface Run {
  readonly service: string;
  readonly role: string;
}

export interface FuzzArguments {
  /** Of all runs together. */
  readonly seconds: number;
}

/** @throws Error with one sentence for whoever typed it. */
export function parseFuzzArguments(args: readonly string[]): FuzzArguments {
  const options = { seconds: { type: 'string', default: String(DEFAULT_SECONDS) } } as const;
  const { values } = readArguments({ args: [...args], options }, ' Usage: npm run fuzz [-- --seconds S]');
  return { seconds: wholeNumber('--seconds', values.seconds, LEAST_SECONDS, 86_400) };
}

/** The exit code: 0 also where there is no Python to run it, which is said loudly. FUZZ=required makes that a failure. */
export async function fuzz({ seconds }: FuzzArguments, say: (line: string) => void): Promise<number> {
  const tool = await findPythonTool(SCHEMATHESIS, say);
  if ('missing' in tool) {
    say(`\nNOT FUZZED: ${tool.missing}`);
    return process.env['FUZZ'] === 'required' ? 1 : 0;
  }
  return withThrowawaySystem({ log: say, unwinds: true }, async (system, signal) => {
    await rm(REPORTS, { recursive: true, force: true });
    await mkdir(REPORTS, { recursive: true });
    const failed: string[] = [];
    const runs = system.services.flatMap((service) => ROLES.map((role) => ({ service, role })));
    const perRun = Math.floor(seconds / runs.length);
    for (const run of runs) {
      const name = `${run.service} as a ${run.role}`;
      say(`\n== ${name}`);
      const report = join(REPORTS, `${run.service}-${run.role}.ndjson`);
      const args = await argumentsFor(system, run, perRun, report);
      if ((await runToEnd(tool.command, args, signal)) !== 0) failed.push(name);
      signal.throwIfAborted();
      const exchanges = await readReport(report);
      say(`Requests: ${phasesText(exchanges)}.`);
      for (const hit of hitsOf(run)) say(`${hit.what}: ${countHits(hit, exchanges)} times.`);
      const lacks = missed(run, exchanges).map((what) => `${name}: ${what}`);
      if (perRun >= LONG_RUN_SECONDS) failed.push(...lacks);
      else for (const what of lacks) say(`NOT LOOKED AT in ${perRun} s: ${what}`);
    }
    say(failed.length === 0 ? '\nEvery answer was as documented.' : `\nFound something: ${failed.join(', ')}.`);
    return failed.length === 0 ? 0 : 1;
  });
}

/** What a run has not looked at: that nothing was found there says nothing. */
function missed(run: Run, exchanges: readonly Exchange[]): string[] {
  return [
    ...emptyPhases(exchanges).map((phase) => `no request in the phase ${phase}`),
    ...hitsOf(run)
      .filter((hit) => countHits(hit, exchanges) === 0)
      .map(({ what }) => `never ${what}`),
  ];
}

function hitsOf({ service, role }: Run): Hit[] {
  return aims.flatMap(({ hits }) => hits.filter((hit) => hit.service === service && hit.role === role));
}

async function argumentsFor(
  system: System,
  { service, role }: Run,
  seconds: number,
  report: string,
): Promise<string[]> {
  const { url } = system.running(service);
  const customer = 'customer-who-fuzzes';
  const token = await system.token(role === 'customer' ? customer : `${role}-who-fuzzes`, role);
  const ids = await Promise.all(aims.map((aim) => aim.ids(system, customer)));
  const settings = join(REPORTS, 'schemathesis.toml');
  await writeSettings(settings, ids.flat());
  const about = ['--config-file', settings, 'run', `${url}/docs-json`];
  const how = `--checks all --max-time ${seconds} --no-color --generation-database none`.split(' ');
  const told = ['--report', 'ndjson', '--report-ndjson-path', report];
  return [...about, ...how, ...told, '--header', `Authorization: Bearer ${token}`];
}

function runToEnd(command: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((settle, reject) => {
    const child = spawn(command, args, { cwd: '.cache', stdio: ['ignore', 'inherit', 'inherit'] });
    signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
    child.once('error', reject);
    child.once('exit', (code) => settle(code ?? 1));
  });
}
