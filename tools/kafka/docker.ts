// Kafka in a container, through the docker command: for machines with an engine and without Java.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { whenWeAreGone } from './guard.js';
import { KAFKA_VERSION } from './jars.js';
import type { LocalKafka, LocalKafkaOptions, ProxiedListener } from './local-kafka.js';
import { isFree, sparePort } from './ports.js';
import { servesKafka } from './ready.js';
import { kafkaSettings } from './settings.js';
import { NoKafkaError } from './toolchain.js';

const IMAGE = `apache/kafka:${KAFKA_VERSION}`;
const READY_WITHIN_MS = 120_000;
const ENGINE_ANSWERS_WITHIN_MS = 10_000;

/** Lies in the data directory of a Kafka that keeps its data in a volume: the volume's name. */
const VOLUME_FILE = 'docker-volume';

/** The command alone is not enough: an engine has to answer it. */
export async function dockerAnswers(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const args = ['info', '--format', '{{.ServerVersion}}'];
  return promisify(execFile)('docker', args, { env, timeout: ENGINE_ANSWERS_WITHIN_MS }).then(
    ({ stdout }) => /^\d/.test(stdout.trim()),
    () => false,
  );
}

/** Not started yet. The data lie in a volume named after `dataDir`, which goes with this process unless `keepData`. */
export async function prepareDockerKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const { log = () => undefined, keepData = false, proxied = [] } = options;
  const folder = resolve(options.dataDir);
  const name = `nest-es-kafka-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
  const port = options.port ?? (await sparePort());
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, VOLUME_FILE), name);
  await docker('rm', '--force', name); // left over from a run that was killed
  await pullImage(log);
  const end = keepData ? 'docker rm --force "$1"' : 'docker rm --force "$1"; docker volume rm "$1"';
  let callOff: (() => void) | undefined;
  let runs = false;
  return {
    brokers: [`127.0.0.1:${port}`],
    how: `Docker, container and volume ${name}`,
    logFile: undefined,
    pid: undefined,
    async start() {
      if (runs) return;
      if (!(await isFree(port))) {
        throw new Error(`Port ${port} on 127.0.0.1, where Kafka was to listen, is taken. Free it or choose another.`);
      }
      callOff ??= whenWeAreGone(end, name);
      await docker('run', '--detach', ...containerArguments(name, port, proxied), IMAGE);
      runs = true;
      await untilReady(name, port);
    },
    async stop() {
      if (!runs) return;
      await docker('unpause', name).catch(() => undefined); // a frozen one does not hear
      await docker('stop', '-t', '20', name);
      await docker('rm', '--force', name);
      runs = false;
      if (!keepData) return; // the volume goes when we are gone
      callOff?.(); // the next start on the same data has the same name
      callOff = undefined;
    },
    async kill9() {
      await docker('rm', '--force', name); // by SIGKILL; the volume stays
      runs = false;
    },
    freeze: async () => void (await docker('pause', name)),
    resume: async () => void (await docker('unpause', name)),
  };
}

/** Does nothing when it is there. @throws NoKafkaError when it cannot be had. */
export async function pullImage(log: (line: string) => void): Promise<void> {
  await docker('image', 'inspect', IMAGE).catch(() => {
    log(`Pulling ${IMAGE} …`);
    return docker('pull', '--quiet', IMAGE).catch((error: Error) => {
      throw new NoKafkaError(`${error.message} With Java and Maven instead: KAFKA_RUN_BY=java.`);
    });
  });
}

/** Where the data of a Kafka that was started with `keepData` lay; does nothing when there was none. */
export async function dropVolume(dataDir: string): Promise<void> {
  const name = await readFile(join(dataDir, VOLUME_FILE), 'utf8').catch(() => undefined);
  if (name === undefined) return;
  await docker('rm', '--force', name).catch(() => undefined);
  await docker('volume', 'rm', '--force', name);
}

export function containerArguments(name: string, port: number, proxied: readonly ProxiedListener[] = []): string[] {
  const ports = [port, ...proxied.map((way) => way.port)];
  let controllerPort = port + 1; // nobody outside sees it
  while (ports.includes(controllerPort)) controllerPort += 1;
  const dataDir = '/var/lib/kafka/data';
  const settings = kafkaSettings({ port, controllerPort, dataDir, bind: '0.0.0.0', proxied });
  // The image's own form: KAFKA_ before the name, in capitals, dots as underscores.
  const env = Object.entries(settings).map(
    ([key, value]) => `KAFKA_${key.toUpperCase().replaceAll('.', '_')}=${value}`,
  );
  const published = ports.flatMap((one) => ['--publish', `127.0.0.1:${one}:${one}`]);
  const place = [...published, '--volume', `${name}:${dataDir}`];
  const told = ['KAFKA_HEAP_OPTS=-Xms64m -Xmx256m', ...env].flatMap((variable) => ['--env', variable]);
  return ['--name', name, ...place, ...told];
}

async function untilReady(name: string, port: number): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await servesKafka(port)); await sleep(250)) {
    const running = await docker('inspect', '--format', '{{.State.Running}}', name);
    if (running.trim() === 'true' && Date.now() < deadline) continue;
    const said = await docker('logs', '--tail', '15', name).catch(() => '');
    await docker('rm', '--force', name);
    throw new Error(`Kafka in container ${name} did not get ready. It says:\n${said}`);
  }
}

/** @throws Error with what docker says. */
async function docker(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('docker', args).catch((error: Error & { stderr?: string }) => {
    throw new Error(`docker ${args[0]} failed: ${error.stderr?.trim() || error.message}`);
  });
  return args[0] === 'logs' ? stdout + stderr : stdout;
}
