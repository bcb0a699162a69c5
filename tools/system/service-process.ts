// One service as a child process: started with its environment, ready when it says where it listens, stopped by SIGTERM.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface ServiceProcess {
  readonly name: string;
  readonly url: string;
  /** Where its metrics are scraped; undefined without METRICS_PORT. */
  readonly metricsUrl: string | undefined;
  readonly pid: number;
  /** Resolves with the exit code (or signal) whenever it ends. */
  readonly ended: Promise<number | string>;
  /** SIGTERM, then waits: the service drains and exits by itself. Returns its exit code. */
  stop(): Promise<number | string>;
  kill9(): Promise<void>;
  /** A message to the process, as `process.on('message')` hears it. */
  tell(message: object): void;
}

export interface ServiceOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Longest start, in milliseconds. */
  readonly readyWithinMs?: number;
}

/** A service ends by itself within 25 s of SIGTERM; one that has not after this time, in milliseconds, is killed. */
const STOP_WITHIN_MS = 40_000;

/** @throws Error with the end of the log when the service ends or is not ready in time. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const [file, ...args] = options.command;
  // Detached: Ctrl-C in the terminal reaches us alone, and we stop things in order.
  const child = spawn(file!, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
  child.stdout!.pipe(log, { end: false });
  child.stderr!.pipe(log, { end: false });
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)),
  );
  // For whoever wants to send it a signal: `kill -9 $(cat data/logs/payment-service.pid)`.
  const pidFile = writeFile(options.logFile.replace(/\.log$/, '.pid'), `${child.pid}\n`);
  const [{ url, metricsUrl }] = await Promise.all([listening(child, ended, options), pidFile]);
  return {
    name: options.name,
    url,
    metricsUrl,
    pid: child.pid!,
    ended,
    stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      return ended.finally(() => clearTimeout(timer));
    },
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    tell: (message) => void child.send(message, () => undefined), // one that has just died hears nothing
  };
}

type Listening = Pick<ServiceProcess, 'url' | 'metricsUrl'>;

async function listening(
  child: ChildProcess,
  ended: Promise<number | string>,
  options: ServiceOptions,
): Promise<Listening> {
  const { name, logFile, readyWithinMs = 60_000 } = options;
  const ready = new Promise<Listening>((resolve) => {
    child.on('message', (message: Partial<Listening> & { type?: string }) => {
      const { type, url, metricsUrl } = message;
      if (type === 'listening' && url) resolve({ url, metricsUrl });
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), readyWithinMs)));
  const first = await Promise.race([ready, late, ended]);
  clearTimeout(timer);
  if (typeof first === 'object') return first;
  child.kill('SIGKILL');
  const tail = (await readFile(logFile, 'utf8').catch(() => '')).split('\n').slice(-25).join('\n');
  const what = first === 'late' ? `was not ready within ${readyWithinMs} ms` : `ended with ${first}`;
  throw new Error(`${name} ${what}. The end of ${logFile}:\n${tail}`);
}
