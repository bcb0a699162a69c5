// The local Kafka survives what tests do to it, and leaves nothing running, however it ends.
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { canStartKafka } from '../../test/support/kafka.js';
import { isAlive } from '../postgres/process.js';
import { prepareKafka, startKafka, type LocalKafka } from './index.js';
import { isFree } from './ports.js';
import { servesKafka } from './ready.js';
import { findOwnKafka } from './source.js';

const available = (await canStartKafka()) && (await findOwnKafka()).kind === 'java';
const portOf = ({ brokers }: LocalKafka): number => Number(brokers[0]!.split(':')[1]);

describe.skipIf(!available)('the local Kafka', { timeout: 180_000 }, () => {
  let folder: string;
  let kafka: LocalKafka;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kafka-spec-'));
    kafka = await startKafka({ dataDir: join(folder, 'kafka') });
  }, 600_000);
  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const clusterId = async (): Promise<string> =>
    /cluster\.id=(.*)/.exec(await readFile(join(folder, 'kafka', 'data', 'meta.properties'), 'utf8'))![1]!;

  it('serves on the loopback alone', async () => {
    expect(kafka.brokers).toEqual([`127.0.0.1:${portOf(kafka)}`]);
    expect(await servesKafka(portOf(kafka))).toBe(true);
    const properties = await readFile(join(folder, 'kafka', 'server.properties'), 'utf8');
    expect([...properties.matchAll(/:\/\/([^:]+):/g)].map(([, host]) => host)).toEqual(Array(3).fill('127.0.0.1'));
  });

  it('comes back on the same port and data after kill -9', async () => {
    const { pid, brokers } = kafka;
    const id = await clusterId();
    await kafka.kill9();
    expect(kafka.pid).toBeUndefined();
    expect(await isFree(portOf(kafka))).toBe(true);
    await kafka.start();
    expect(kafka.pid).not.toBe(pid);
    expect(kafka.brokers).toEqual(brokers);
    expect(await servesKafka(portOf(kafka))).toBe(true);
    expect(await clusterId()).toBe(id);
  });

  it('answers nothing while it is frozen, and goes on when it is resumed', async () => {
    await kafka.freeze();
    expect(await servesKafka(portOf(kafka))).toBe(false);
    await kafka.resume();
    await eventually(async () => expect(await servesKafka(portOf(kafka))).toBe(true));
  });

  it('is stopped also while it is frozen, and leaves nothing running', async () => {
    const pid = kafka.pid!;
    await kafka.freeze();
    await kafka.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await isFree(portOf(kafka))).toBe(true);
    await expect(access(join(folder, 'kafka', 'kafka.pid'))).rejects.toThrow('ENOENT');
    await kafka.stop();
  });

  it('refuses a taken port and says so', async () => {
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
    const { port } = squatter.address() as AddressInfo;
    const other = await prepareKafka({ dataDir: join(folder, 'other'), port });
    await expect(other.start()).rejects.toThrow(`Port ${port} on 127.0.0.1, where Kafka was to listen, is taken.`);
    squatter.close();
  });

  it('says why it does not start', async () => {
    const broken = await prepareKafka({ dataDir: join(folder, 'broken') });
    await writeFile(join(folder, 'broken', 'data', 'meta.properties'), 'version=1\ncluster.id=x\nnode.id=7\n');
    await expect(broken.start()).rejects.toThrow(/Kafka ended with 1\. The end of .*server\.log:\n[^]*node/i);
  });

  it('does not outlive the process that started it, not even when that is killed', async () => {
    const index = resolve('tools', 'kafka', 'index.ts');
    const script = `import(${JSON.stringify(index)}).then(async ({ startKafka }) => {
      const kafka = await startKafka({ dataDir: ${JSON.stringify(join(folder, 'orphan'))} });
      console.log(kafka.pid, kafka.brokers[0].split(':')[1]);
      setInterval(() => {}, 1000);
    })`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => expect(said).toMatch(/\d+ \d+\n/), { timeoutMs: 100_000 });
    const [pid, port] = said.split(' ').map(Number);
    expect(isAlive(pid!)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => expect(isAlive(pid!)).toBe(false), { timeoutMs: 20_000 });
    await eventually(async () => expect(await isFree(port!)).toBe(true));
  });
});
