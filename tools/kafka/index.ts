// A real Kafka without Docker, from Maven's jars on the Java of this machine: for `npm start`, the demo and the tests. Not for production.
import { execFile } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { endLeftover, javaArguments, launch, type BrokerProcess } from './broker-process.js';
import { freezeProcess } from './freeze.js';
import { kafkaJars } from './jars.js';
import type { LocalKafka, LocalKafkaOptions } from './local-kafka.js';
import { isFree, sparePort } from './ports.js';
import { asProperties, kafkaSettings, LOG4J } from './settings.js';
import { findJava } from './toolchain.js';

export type { LocalKafka, LocalKafkaOptions } from './local-kafka.js';
export { NoKafkaError } from './toolchain.js';

export interface JavaKafkaOptions extends LocalKafkaOptions {
  /** What server.properties is to say instead, made of what it would say. */
  readonly amend?: (settings: Readonly<Record<string, string>>) => Record<string, string>;
  /** More arguments for making the data directory: users, say, who exist there. */
  readonly formatArguments?: readonly string[];
}

/** As {@link prepareKafka}, and started. */
export async function startKafka(options: JavaKafkaOptions): Promise<LocalKafka> {
  const kafka = await prepareKafka(options);
  await kafka.start();
  return kafka;
}

/**
 * Everything but the start: its ports are chosen, its data directory is ready. First use fetches Kafka.
 * @throws NoKafkaError saying how to mend it, when Java or Maven is missing or Kafka cannot be fetched.
 */
export async function prepareKafka(options: JavaKafkaOptions): Promise<LocalKafka> {
  const { log = () => undefined, amend = (settings) => settings, formatArguments = [], proxied = [] } = options;
  const folder = resolve(options.dataDir);
  const java = await findJava();
  const jars = await kafkaJars(log);
  const port = options.port ?? (await sparePort());
  const controllerPort = await sparePort([port, ...proxied.map((way) => way.port)]);
  await mkdir(folder, { recursive: true });
  await endLeftover(folder);
  await writeFile(join(folder, 'log4j2.properties'), LOG4J);
  const settings = kafkaSettings({ port, controllerPort, proxied, dataDir: join(folder, 'data') });
  await writeFile(join(folder, 'server.properties'), asProperties(amend(settings)));
  if (!(await stat(join(folder, 'data', 'meta.properties')).catch(() => undefined)))
    await format(java, jars, folder, formatArguments);

  let running: BrokerProcess | undefined;
  const own = (): BrokerProcess => {
    if (!running) throw new Error('Kafka is not running.');
    return running;
  };
  return {
    brokers: [`127.0.0.1:${port}`],
    how: `Java, data in ${folder}`,
    logFile: join(folder, 'server.log'),
    get pid() {
      return running?.pid;
    },
    async start() {
      if (running) return;
      if (!(await isFree(port))) {
        throw new Error(`Port ${port} on 127.0.0.1, where Kafka was to listen, is taken. Free it or choose another.`);
      }
      const started = (running = await launch({ java, jars, folder, port }));
      void started.ended.finally(() => {
        if (running === started) running = undefined;
      });
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
    async kill9() {
      await own().kill9();
      running = undefined;
    },
    freeze: async () => freezeProcess(own().pid),
    resume: () => Promise.resolve(own().signal('SIGCONT')),
  };
}

/** Gives the empty data directory its cluster id, as Kafka demands before the first start. */
async function format(java: string, jars: string, folder: string, more: readonly string[]): Promise<void> {
  // 22 characters of base64, the form Kafka wants: sixteen bytes. One id for all is enough, they never meet.
  const args = [
    'format',
    '--cluster-id',
    'bmVzdC1lcy1sb2NhbC0wMQ',
    '--config',
    join(folder, 'server.properties'),
    ...more,
  ];
  await promisify(execFile)(java, [...javaArguments(folder, jars), 'kafka.tools.StorageTool', ...args]).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`Kafka's data directory ${folder} cannot be made: ${error.stderr ?? ''}${error.stdout ?? ''}`);
    },
  );
}
