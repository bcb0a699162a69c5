// A value that was put into every input of both services, and into messages, is found in no log, span, metric or listing, nor by anybody else.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORDER_EVENTS, PAYMENT_EVENTS, shopServices, type ShopService } from '../tools/demo/checkout-shape.js';
import { main as es } from '../tools/es/program.js';
import { busUnderFire } from './fire/bus-under-fire.js';
import { eventually } from './support/eventually.js';
import { everyInput, type ApiDocument } from './support/every-input.js';
import { ask, type Answer } from './support/http.js';
import { otlpReceiver, type OtlpReceiver } from './support/otlp-receiver.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

const canary = `canary${randomBytes(6).toString('hex')}`;

/** What a caller calls their request is taken over into logs and traces: that is what it is for. */
const MEANT_TO_BE_SEEN = /header X-Correlation-Id$/;
/** Names of fields that nobody knows are told to who sent them, and nobody else. */
const NAMES_IT = / nobody knows$/;

/** More than there are fields of changes of one order or payment. */
const ORDERS = 60;

interface Asked {
  readonly what: string;
  readonly answer: Answer;
}

let receiver: OtlpReceiver;
let whole: WholeSystem;
let token: string;
const asked: Asked[] = [];
const ids: string[] = [];
/** Of those, what no change has been asked of. */
const untouched: string[] = [];

beforeAll(async () => {
  receiver = await otlpReceiver();
  whole = await startWholeSystem({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER_ARG: '1', // by default what is beyond 25 a second is traced by chance
    LOG_LEVEL: 'debug',
    METRICS_PORT: '0',
    DEAD_LETTER_TOPIC: 'canary.dead-letter',
  });
  token = await whole.system.token('alice', 'customer', 'operator');
  for (let n = 0; n < ORDERS; n += 1) ids.push((await whole.shop.place([{ sku: 'mug', quantity: 1 }])).orderId);
  await eventually(
    async () => {
      for (const id of ids) expect((await whole.shop.order(id)).status).toBe('confirmed');
    },
    { timeoutMs: 60_000 },
  );
  untouched.push(...ids);
}, 300_000);
afterAll(async () => {
  await whole?.close();
  await receiver?.close();
}, 60_000);

const urlOf = (service: ShopService): string => whole.system.running(service).url;

/** A change is asked of an order of its own, so that what was stored for one field is not refused for the next. */
function idFor(route: string): string {
  const id = route.startsWith('GET') ? ids[0] : untouched.pop();
  if (id === undefined) throw new Error(`More than ${ORDERS} orders are needed: there is none left for ${route}.`);
  return id;
}

async function askWithEveryField(service: ShopService): Promise<void> {
  const url = urlOf(service);
  const document = JSON.parse((await ask({ method: 'GET', url: `${url}/docs-json` })).text) as ApiDocument;
  for (const { what, method, path, headers, body } of everyInput(document, canary, idFor)) {
    if (MEANT_TO_BE_SEEN.test(what)) continue;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await ask({ method, url: url + path, token, headers, body: text });
    asked.push({ what: `${service} ${what}`, answer });
  }
  asked.push({ what: 'no route', answer: await ask({ method: 'GET', url: `${url}/${canary}?${canary}`, token }) });
}

/** Of `npm run es`, what shows no data. The state of a process and what was stored are shown where somebody asks for them, by other commands. */
const LISTINGS = ['parked list', 'processes list', 'projections list', 'streams', 'doctor'] as const;

async function listed(service: ShopService, command: readonly string[]): Promise<string> {
  let said = '';
  await es([...command, '--context', service], {
    out: (line) => void (said += `${line}\n`),
    note: (line) => void (said += `${line}\n`),
    look: { width: 400, color: false },
    environment: { DATABASE_URL: whole.system.databaseUrl(service), BUS_DATABASE_URL: whole.system.databaseUrl('bus') },
    signal: new AbortController().signal,
  });
  return said;
}

describe('the canary', { timeout: 240_000 }, () => {
  it('is told back to nobody who is refused', async () => {
    for (const service of shopServices) await askWithEveryField(service);
    const statuses = new Set(asked.map(({ answer }) => answer.status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 401, 404, 422]));
    const refusals = asked.filter(({ what, answer }) => answer.status >= 400 && !NAMES_IT.test(what));
    expect(refusals.filter(({ answer }) => answer.text.includes(canary)).map(({ what }) => what)).toEqual([]);
    expect(asked.filter(({ answer }) => answer.status >= 500)).toEqual([]);
  });

  it('was really stored where it is welcome: a note, a reason, a carrier', async () => {
    const stored = asked.filter(({ answer }) => answer.status < 300).map(({ what }) => what);
    for (const field of [
      'body note',
      'body reason',
      'body carrier',
      'body trackingNumber',
      'header Idempotency-Key',
      'refund body reason',
    ])
      expect(stored).toContainEqual(expect.stringMatching(new RegExp(`${field}$`)));
  });

  it('in a message sets it aside', async () => {
    const bus = busUnderFire(whole.system);
    const cancelled = randomUUID();
    try {
      for (const [topic, type, readable] of [
        [ORDER_EVENTS, 'shop.order.placed.v1', 'shop.order.cancelled.v1'],
        [PAYMENT_EVENTS, 'shop.payment.captured.v1', 'shop.payment.failed.v1'], // of an order that nobody has placed: it waits
      ] as const) {
        const headers = {
          ce_specversion: '1.0',
          ce_source: `/${canary}`,
          ce_subject: canary,
          ce_correlationid: `${canary}, which is no id`,
          ce_causationid: `${canary}, which is no id`,
          'content-type': 'application/json',
        };
        const put = (ce_type: string, value: string) =>
          bus.put({
            topic,
            partition: 0,
            key: randomUUID(),
            headers: { ...headers, ce_type, ce_id: randomUUID() },
            value: Buffer.from(value),
          });
        await put(type, `no JSON: ${canary}`);
        await put(type, JSON.stringify({ [canary]: canary, orderId: canary }));
        await put(`${canary}, which is no name`, JSON.stringify({ orderId: randomUUID() }));
        await put(readable, JSON.stringify({ orderId: cancelled, paymentId: cancelled, reason: canary }));
      }
    } finally {
      await bus.close();
    }
    for (const service of shopServices) {
      await eventually(
        async () =>
          expect((await listed(service, ['parked', 'list'])).match(/not-json|invalid-data/g) ?? []).toHaveLength(2),
        {
          timeoutMs: 60_000,
        },
      );
    }
    const waiting = () => readFile(join(whole.dataDir, 'logs', 'order-service.log'), 'utf8');
    await eventually(
      async () =>
        expect(await waiting()).toMatch(
          new RegExp(`tries a record again later.*${cancelled}|${cancelled}.*tries a record again later`),
        ),
      {
        timeoutMs: 60_000,
      },
    );
  });

  it.each(LISTINGS)('is in no line of `es %s`', async (command) => {
    for (const service of shopServices) {
      const said = await listed(service, command.split(' '));
      expect(said).toContain(service);
      expect(said).not.toContain(canary);
    }
  });

  it('is in no line of the traces of what was asked', async () => {
    const changed = ids.filter((id) => !untouched.includes(id));
    expect(changed.length).toBeGreaterThan(10);
    for (const service of shopServices)
      for (const id of changed) {
        const said = await listed(service, ['trace', `${service.split('-')[0]}-${id}`]);
        expect(said).toContain(id);
        expect(said).not.toContain(canary);
      }
  });

  it('is nothing that another customer gets to see', async () => {
    const mallory = await whole.system.token('mallory', 'customer');
    const orders = urlOf('order-service');
    for (const path of ['/orders', ...ids.flatMap((id) => [`/orders/${id}`, `/orders/${id}/history`])]) {
      const { text } = await ask({ method: 'GET', url: orders + path, token: mallory });
      expect(text).not.toContain(canary);
    }
  });

  it('is in no metric', async () => {
    for (const service of shopServices) {
      const { text } = await ask({ method: 'GET', url: whole.system.running(service).metricsUrl! });
      expect(text).toMatch(/^# TYPE /m);
      expect(text).not.toContain(canary);
    }
  });

  it('is in no line of a log and in no span', async () => {
    for (const service of shopServices) await whole.system.running(service).stop(); // what is still to be told is told then
    for (const service of shopServices) {
      const log = await readFile(join(whole.dataDir, 'logs', `${service}.log`), 'utf8');
      expect(log).toContain('"status":400'); // it tells of requests
      expect(log.split('\n').filter((line) => line.includes(canary))).toEqual([]);
    }
    // Every request is among them: those that setting up asked come on top.
    const traced = receiver.spans.filter(({ ofServer }) => ofServer);
    const answers = asked.map(({ answer }) => answer.status);
    for (const status of new Set(answers)) {
      const spans = traced.filter(({ attributes }) => attributes['http.response.status_code'] === status);
      expect(spans.length, `answers ${status}`).toBeGreaterThanOrEqual(answers.filter((one) => one === status).length);
    }
    expect(traced.length).toBeGreaterThanOrEqual(asked.length + ORDERS);
    expect(receiver.spans.filter((span) => JSON.stringify(span).includes(canary))).toEqual([]);
  });
});
