// `npm start` as people meet it with the shop: one screen, whose curl works when pasted; Ctrl-C ends it in order; the next start finds the data.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, orderServiceClient, type OrderService } from '@app/clients';
import { isFree } from '../tools/kafka/ports.js';
import { servesKafka } from '../tools/kafka/ready.js';
import { buildOnce } from '../tools/system/build.js';
import { eventually } from './support/eventually.js';
import { ask } from './support/http.js';
import { canStartKafka } from './support/kafka.js';
import { cloneForStart, START_WITHIN_MS, type Clone } from './support/npm-start.js';

type Status = OrderService.OrderDto['status'];

interface Screen {
  /** Where it says its broker is. */
  readonly broker: string;
  /** Alice's, a customer. */
  readonly token: string;
  readonly orders: string;
  readonly payments: string;
  /** What the screen says to paste. */
  readonly curls: string;
}

let clone: Clone;
beforeAll(async () => {
  await buildOnce(() => undefined);
  clone = await cloneForStart();
}, 240_000);
afterAll(() => clone.remove());

const whileStarted = (work: (screen: Screen) => Promise<void>, ...args: string[]): Promise<number | null> =>
  clone.whileStarted((said) => work(read(said)), ...args);

function read(said: string): Screen {
  const found = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? '';
  return {
    broker: found(/The broker between them: (.*)/),
    token: found(/TOKEN=(\S+)/),
    orders: found(/order-service +(http:\S+)/),
    payments: found(/payment-service +(http:\S+)/),
    curls: said.slice(said.indexOf('curl -'), said.indexOf('Ctrl-C stops')),
  };
}

const ordersOf = ({ orders: baseUrl, token }: Screen) => orderServiceClient({ baseUrl, token });

async function placeOne(screen: Screen, sku: string): Promise<string> {
  return dataOf(await ordersOf(screen).POST('/orders', { body: { lines: [{ sku, quantity: 1 }] } })).orderId;
}

async function statusOf(screen: Screen, id: string): Promise<Status> {
  return dataOf(await ordersOf(screen).GET('/orders/{id}', { path: { id } })).status;
}

const ends = (screen: Screen, orderId: string, status: Status): Promise<void> =>
  eventually(async () => expect(await statusOf(screen, orderId)).toBe(status), { timeoutMs: 30_000 });

describe('npm start', { timeout: 3 * START_WITHIN_MS }, () => {
  let orderId = '';

  it('prints a token and a curl which, pasted, place an order that is confirmed a moment later', async () => {
    const code = await whileStarted(async (screen) => {
      const { stdout } = await promisify(execFile)('sh', ['-c', screen.curls]);
      orderId = (/"orderId":"([0-9a-f-]{36})"/.exec(stdout) ?? [])[1]!;
      expect(orderId, stdout).toBeDefined();
      await ends(screen, orderId, 'confirmed');

      const { orders, payments } = screen;
      const sourced = '. data/system.env && echo "$ORDER_SERVICE_URL $PAYMENT_SERVICE_URL" && test -n "$TOKEN"';
      const said = await promisify(execFile)('sh', ['-c', sourced], { cwd: clone.folder });
      expect(said.stdout.trim()).toBe(`${orders} ${payments}`);
      const docs = await Promise.all([orders, payments].map((url) => ask({ method: 'GET', url: `${url}/docs` })));
      expect(docs.map(({ status }) => status)).toEqual([200, 200]);

      await ends(screen, await placeOne(screen, 'unlucky-charm'), 'cancelled');
    });
    expect(code).toBe(0);
  });

  it('finds its data at the second start', async () => {
    const code = await whileStarted(async (screen) => expect(await statusOf(screen, orderId)).toBe('confirmed'));
    expect(code).toBe(0);
  });

  it('is dropped by npm run reset', async () => {
    const reset = promisify(execFile)(process.execPath, ['--import', 'tsx', resolve('tools', 'reset.ts')], {
      cwd: clone.folder,
    });
    expect((await reset).stdout).toContain('Dropped ./data');
    const code = await whileStarted(async (screen) => {
      expect((await ordersOf(screen).GET('/orders/{id}', { path: { id: orderId } })).status).toBe(404);
    });
    expect(code).toBe(0);
  });
});

const kafka = await canStartKafka();

describe.skipIf(!kafka)('npm start -- --broker kafka', { timeout: 3 * START_WITHIN_MS }, () => {
  let orderId = '';
  let port = 0;
  beforeAll(() => rm(join(clone.folder, 'data'), { recursive: true, force: true }));

  it('starts a Kafka with the services, says where it is, and leaves nothing of it running', async () => {
    const code = await whileStarted(
      async (screen) => {
        port = Number(/^Kafka at 127\.0\.0\.1:(\d+)/.exec(screen.broker)?.[1]);
        expect(await servesKafka(port)).toBe(true);
        orderId = await placeOne(screen, 'mug');
        await ends(screen, orderId, 'confirmed');
      },
      '--broker',
      'kafka',
    );
    expect(code).toBe(0);
    expect(await isFree(port)).toBe(true);
  });

  it('goes on where it was at the second start', async () => {
    const code = await whileStarted(
      async (screen) => expect(await statusOf(screen, orderId)).toBe('confirmed'),
      '--broker',
      'kafka',
    );
    expect(code).toBe(0);
  });

  it('is refused on another broker, where messages on their way would be lost', async () => {
    const start = promisify(execFile)(process.execPath, ['--import', 'tsx', resolve('tools', 'start.ts')], {
      cwd: clone.folder,
    });
    await expect(start).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'belong to --broker kafka: messages on their way there would never arrive',
      ) as string,
    });
  });
});
