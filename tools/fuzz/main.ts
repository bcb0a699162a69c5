// Every service, as a customer and as an operator: all checks of Schemathesis, with sequences of requests that follow from each other.
import { spawn } from 'node:child_process';
import type { System } from '../system/system.js';
import { withThrowawaySystem } from '../system/throwaway-system.js';
import { readArguments, wholeNumber } from '../text/arguments.js';
import { findPythonTool } from '../python/python-tool.js';
import { SCHEMATHESIS, SETTINGS } from './schemathesis.js';

const ROLES = ['customer', 'operator'] as const;
const DEFAULT_SECONDS = 60;

export interface FuzzArguments {
  /** Of all runs together. */
  readonly seconds: number;
}

/** @throws Error with one sentence for whoever typed it. */
export function parseFuzzArguments(args: readonly string[]): FuzzArguments {
  const options = { seconds: { type: 'string', default: String(DEFAULT_SECONDS) } } as const;
  const { values } = readArguments({ args: [...args], options }, ' Usage: npm run fuzz [-- --seconds S]');
  return { seconds: wholeNumber('--seconds', values.seconds, 4, 86_400) };
}

/** The exit code: 0 also where there is no Python to run it, which is said loudly. FUZZ=required makes that a failure. */
export async function fuzz({ seconds }: FuzzArguments, say: (line: string) => void): Promise<number> {
  const tool = await findPythonTool(SCHEMATHESIS, say);
  if ('missing' in tool) {
    say(`\nNOT FUZZED: ${tool.missing}`);
    return process.env['FUZZ'] === 'required' ? 1 : 0;
  }
  return withThrowawaySystem({ log: say, unwinds: true }, async (system, signal) => {
    const failed: string[] = [];
    const runs = system.services.flatMap((service) => ROLES.map((role) => ({ service, role })));
    for (const { service, role } of runs) {
      say(`\n== ${service} as a ${role}`);
      const args = await argumentsFor(system, service, role, Math.floor(seconds / runs.length));
      if ((await runToEnd(tool.command, args, signal)) !== 0) failed.push(`${service} as a ${role}`);
      signal.throwIfAborted();
    }
    say(failed.length === 0 ? '\nEvery answer was as documented.' : `\nFound something: ${failed.join(', ')}.`);
    return failed.length === 0 ? 0 : 1;
  });
}

async function argumentsFor(system: System, service: string, role: string, seconds: number): Promise<string[]> {
  const { url } = system.running(service);
  const token = await system.token(`${role}-who-fuzzes`, role);
  const about = ['--config-file', SETTINGS, 'run', `${url}/docs-json`];
  const how = `--checks all --max-time ${seconds} --no-color --generation-database none`.split(' ');
  return [...about, ...how, '--header', `Authorization: Bearer ${token}`];
}

function runToEnd(command: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: '.cache', stdio: ['ignore', 'inherit', 'inherit'] });
    signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
