import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { removeRegions } from '../regions.js';
import { planContext } from './plan.js';
import { isNamedByTemplate } from './substitute.js';
import { writePlan } from './write-plan.js';

const SHARED: Readonly<Record<string, string>> = {
  '.prettierrc': readFileSync('.prettierrc', 'utf8'),
  'package.json': '{}',
  'nest-cli.json': `{
  "projects": {
    "order-service": {
      "type": "application",
      "compilerOptions": { "builder": "tsc" }
    },
    "kernel": {
      "type": "library"
    }
  }
}
`,
  'docker-compose.yml': `x-service: &service { restart: always }
x-environment: &environment { A: '1' }
x-migration: &migration { restart: 'no' }

services:
  order-service:
    ports: ['127.0.0.1:\${ORDER_HOST_PORTS:-3100-3109}:3000']

  # contexts end here

  kafka:
    ports: ['127.0.0.1:\${KAFKA_HOST_PORT:-3205}:29092']
`,
  '.env.example': 'A=1\n\n# contexts end here\n',
  'tools/compose/create-databases.sql': 'SELECT 1;\n\n-- contexts end here\n',
  'libs/contracts/src/index.ts': '// contexts end here\n',
  'tools/contexts/belongings.json': '[{ "contexts": ["order"], "paths": ["test/fire"] }]\n',
  'apps/order-service/context.json': '{ "port": 3001 }',
  'apps/order-service/src/domain/order.ts': `@Aggregate('order') class Order {}\n@Event('parcel.sent') class Sent {}\n`,
  'libs/contracts/src/left.events.v1.ts': `@IntegrationEvent('shop.letter.sent.v1')\nexport class MailOpenedV1 {}\n`,
  'libs/kernel/src/index.ts': '',
};

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'new-context-'));
  cpSync('templates', join(root, 'templates'), { recursive: true });
  for (const [path, text] of Object.entries(SHARED)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const plan = (name: string, more: { aggregate?: string; port?: number } = {}) =>
  planContext(root, { name, dryRun: false, ...more }, new Date(1_800_000_000_000));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const everything = () =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

describe('the plan of a new context', () => {
  it('has an app, a contract and a page under its names, and nothing of the template’s', async () => {
    const { created } = await plan('returns-desk', { aggregate: 'return_case' });
    const paths = created.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'apps/returns-desk-service/context.json',
        'apps/returns-desk-service/src/domain/return-case.ts',
        'apps/returns-desk-service/src/domain/corpus/return-case.opened.v1.json',
        'apps/returns-desk-service/src/infrastructure/migrations/1800000000000-return-case-summary.ts',
        'apps/returns-desk-service/src/returns-desk.module.ts',
        'libs/contracts/src/returns-desk.events.v1.ts',
        'libs/contracts/src/returns-desk.requests.v1.ts',
        'docs/reference/returns-desk.md',
      ]),
    );
    expect(created.filter(({ path, text }) => isNamedByTemplate(path + text))).toEqual([]);
    expect(created.filter(({ text }) => /\.\.\/contracts\/|1764200000001|3999/.test(text))).toEqual([]);
  });

  it('takes the next port, or the one that is asked for', async () => {
    const contextJson = async (port?: number) =>
      (await plan('shipping', { port })).created.find(({ path }) => path.endsWith('context.json'))!.text;
    expect(JSON.parse(await contextJson())).toMatchObject({ port: 3002, request: { path: '/shippings' } });
    expect(JSON.parse(await contextJson(4000))).toMatchObject({ port: 4000 });
    await expect(contextJson(3001)).rejects.toThrow(
      '--port 3001 is that of order-service. The next that is free: --port 3002',
    );
  });

  it('gives compose a service and its migration, on host ports that nobody has', async () => {
    writePlan(root, await plan('returns-desk', { aggregate: 'return_case' }));
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, object> };
    expect(Object.keys(services)).toEqual(['order-service', 'returns-desk-service', 'returns-desk-migration', 'kafka']);
    expect(services['returns-desk-service']).toMatchObject({
      ports: ['127.0.0.1:${RETURNS_DESK_HOST_PORTS:-3300-3309}:3000'],
      restart: 'always',
    });
    expect(services['returns-desk-migration']).toMatchObject({
      build: { args: { APP: 'returns-desk-service' } },
      environment: { A: '1', DATABASE_URL: expect.stringContaining('/returns_desk_service') as string },
      restart: 'no',
    });
    expect(read('.env.example')).toContain('RETURNS_DESK_CLOSE_AFTER_MS=604800000');
    expect(read('tools/compose/create-databases.sql')).toContain(
      'CREATE DATABASE returns_desk_service OWNER returns_desk_service;',
    );
  });

  it('changes shared files so that taking the region out gives them back', async () => {
    writePlan(root, await plan('shipping'));
    for (const path of [
      'docker-compose.yml',
      '.env.example',
      'tools/compose/create-databases.sql',
      'libs/contracts/src/index.ts',
    ])
      expect(removeRegions(read(path), path, 'shipping')).toBe(SHARED[path]);
  });

  it.each([
    ['after the last app', SHARED['nest-cli.json']!, ['order-service', 'shipping-service', 'kernel']],
    [
      'where there is no app',
      '{\n  "projects": {\n    "kernel": {\n      "type": "library"\n    }\n  }\n}\n',
      ['shipping-service', 'kernel'],
    ],
    [
      'where there is no library',
      '{\n  "projects": {\n    "order-service": {\n      "type": "application"\n    }\n  }\n}\n',
      ['order-service', 'shipping-service'],
    ],
  ])('puts its project into nest-cli.json %s', async (_where, text, projects) => {
    writeFileSync(join(root, 'nest-cli.json'), text);
    writePlan(root, await plan('shipping'));
    const written = JSON.parse(read('nest-cli.json')) as { projects: object };
    expect(Object.keys(written.projects)).toEqual(projects);
    expect(read('nest-cli.json')).toContain(
      `"compilerOptions": { "builder": "tsc", "tsConfigPath": "apps/shipping-service/tsconfig.app.json" }`,
    );
  });

  it('lists what lies outside of the app among its belongings', async () => {
    writePlan(root, await plan('shipping'));
    expect(JSON.parse(read('tools/contexts/belongings.json'))).toEqual([
      { contexts: ['order'], paths: ['test/fire'] },
      {
        contexts: ['shipping'],
        paths: [
          'docs/reference/shipping.md',
          'libs/contracts/src/shipping.requests.v1.ts',
          'libs/contracts/src/shipping.requests.v1.unit.spec.ts',
        ],
      },
    ]);
  });
});

describe('a name', () => {
  it.each<[string, { aggregate?: string }, RegExp]>([
    ['order', {}, /'order' is taken: there is apps\/order-service/],
    ['left', {}, /'left' is taken: the contract libs\/contracts\/src\/left.events.v1.ts is there/],
    [
      'ordering',
      { aggregate: 'order' },
      /The aggregate 'order' is taken: apps\/order-service\/src\/domain\/order.ts has an aggregate/,
    ],
    ['sending', { aggregate: 'parcel' }, /has events that begin with 'parcel\.'/],
    ['mailing', { aggregate: 'mail' }, /has the message MailOpenedV1/],
    ['mailing', { aggregate: 'letter' }, /has messages that begin with 'shop\.letter\.'/],
    ['working', { aggregate: 'actor' }, /'actor' does not fit: Actor would be both/],
  ])('%s %j that is taken or would clash is refused', async (name, more, sentence) => {
    await expect(plan(name, more)).rejects.toThrow(sentence);
  });

  it('may be that of the context and of its aggregate at once', async () => {
    expect((await plan('shipping')).created.length).toBeGreaterThan(30);
  });

  it('is refused when one of its files is there', async () => {
    mkdirSync(join(root, 'docs/reference'), { recursive: true });
    writeFileSync(join(root, 'docs/reference/shipping.md'), '');
    await expect(plan('shipping')).rejects.toThrow(`'shipping' is taken: there is docs/reference/shipping.md`);
  });
});

describe('writing', () => {
  it('leaves nothing behind when it fails half-way', async () => {
    const before = everything();
    const { created, changed } = await plan('shipping');
    const impossible = { path: 'package.json/below-a-file', text: '' };
    expect(() => writePlan(root, { created, changed: [...changed, impossible] })).toThrow(/ENOTDIR/);
    expect(everything()).toEqual(before);
    for (const [path, text] of Object.entries(SHARED)) expect(read(path)).toBe(text);
    expect(existsSync(join(root, 'apps/shipping-service'))).toBe(false);
  });

  it('is not even planned where a list of contexts is missing', async () => {
    writeFileSync(join(root, '.env.example'), 'A=1\n');
    await expect(plan('shipping')).rejects.toThrow(/\.env\.example: expected the line '… contexts end here' once/);
    rmSync(join(root, '.env.example'));
    await expect(plan('shipping')).rejects.toThrow('.env.example is missing: a context is registered there.');
  });
});
