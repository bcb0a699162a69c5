// One run of Kafka as a Java process: started, ready when it answers, never left behind.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive, waitForEnd } from '../postgres/process.js';
import { whenWeAreGone } from './guard.js';
import { servesKafka } from './ready.js';

/** Small and quick to start; a broker for tests has no use for the second compiler. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xshare:auto'];

const READY_WITHIN_MS = 120_000; // a machine that is busy with other things
const STOP_WITHIN_MS = 30_000;

/** TERM is heard by a frozen process only once it goes on. */
const STOP_SCRIPT =
  'kill -TERM "$1"; kill -CONT "$1"; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || exit; sleep 1; done; kill -KILL "$1"';

export interface BrokerProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** TERM, then waits; one that does not end is killed. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

export interface LaunchOptions {
  readonly java: string;
  readonly jars: string;
  /** server.properties, log4j2.properties, server.log and kafka.pid lie here. */
  readonly folder: string;
  readonly port: number;
}

/** @throws Error with the end of its log when it ends or is not ready in time. */
export async function launch({ java, jars, folder, port }: LaunchOptions): Promise<BrokerProcess> {
  const logFile = join(folder, 'server.log');
  const log = await open(logFile, 'a');
  const said = (await log.stat()).size;
  // Detached: Ctrl-C in the terminal reaches us alone, and we stop things in order.
  const child = spawn(java, [...javaArguments(folder, jars), 'kafka.Kafka', join(folder, 'server.properties')], {
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  const failed = new Promise<Error | undefined>((resolve) => child.once('error', resolve));
  const ended = Promise.race([failed, new Promise((resolve) => child.once('exit', resolve))]).then(() => undefined);
  await log.close();
  if (child.pid === undefined) throw new Error(`Cannot run ${java}: ${(await failed)?.message}`);
  await writeFile(join(folder, 'kafka.pid'), String(child.pid));
  const callOff = whenWeAreGone(STOP_SCRIPT, String(child.pid));
  void ended.then(callOff);
  child.unref(); // the guard and whoever started it decide how long it lives
  const trouble = await untilReady(child, port);
  if (trouble !== undefined) {
    child.kill('SIGKILL');
    await ended;
    const tail = (await readFile(logFile)).subarray(said).toString('utf8').trim().split('\n').slice(-15).join('\n');
    throw new Error(`Kafka ${trouble}. The end of ${logFile}:\n${tail}`);
  }
  return {
    pid: child.pid,
    ended,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.ref(); // we wait for it
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
      await rm(join(folder, 'kafka.pid'), { force: true });
    },
    async kill9() {
      child.ref();
      child.kill('SIGKILL');
      await ended; // of all its threads: the first may be gone while others still hold the port
    },
  };
}

export function javaArguments(folder: string, jars: string): string[] {
  const log4j = `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`;
  return [...JVM, log4j, '-cp', join(jars, '*')];
}

/** Resolves with what went wrong, or undefined once it serves. */
async function untilReady(child: ChildProcess, port: number): Promise<string | undefined> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(25)) {
    if (child.exitCode !== null || child.signalCode !== null) return `ended with ${child.exitCode ?? child.signalCode}`;
    if (await servesKafka(port)) return undefined;
    if (Date.now() > deadline) return `was not ready within ${READY_WITHIN_MS} ms`;
  }
}

/** A broker of an earlier run that was left on the folder would hold its data: it is ended. */
export async function endLeftover(folder: string): Promise<void> {
  const file = join(folder, 'kafka.pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid > 1 && isAlive(pid)) {
    // After a reboot the number may belong to any program.
    const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'args=']).catch(() => ({
      stdout: '',
    }));
    if (stdout.includes(join(folder, 'server.properties'))) {
      process.kill(pid, 'SIGKILL');
      await waitForEnd(pid, STOP_WITHIN_MS);
    }
  }
  await rm(file, { force: true });
}
