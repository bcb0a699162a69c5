import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readContext } from '../context.js';
import { withoutProject } from '../nest-cli.js';
import { removeRegions } from '../regions.js';
import { writePlan } from '../write-plan.js';
import { planContext, type Plan } from './plan.js';
import { EDITS } from './registration.js';
import { isNamedByTemplate } from './substitute.js';
import { namesOf } from './words.js';

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

const NOW = new Date(1_800_000_000_000);
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A small repository of its own. */
function repository(): string {
  const root = mkdtempSync(join(tmpdir(), 'new-context-'));
  folders.push(root);
  cpSync('templates', join(root, 'templates'), { recursive: true });
  for (const [path, text] of Object.entries(SHARED)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const plan = (root: string, name: string, more: { aggregate?: string; port?: number } = {}) =>
  planContext(root, { name, dryRun: false, ...more }, NOW);
const returnsDesk = () => plan(repository(), 'returns-desk', { aggregate: 'return_case' });
const reader = (root: string) => (path: string) => readFileSync(join(root, path), 'utf8');

describe('the plan of a new context', () => {
  let made: Plan;
  beforeAll(async () => {
    made = await returnsDesk();
  });
  /** A repository in which it has been carried out. */
  function carriedOut(): (path: string) => string {
    const root = repository();
    writePlan(root, made);
    return reader(root);
  }

  it('has an app, a contract and a page under its names, and nothing of the template’s', () => {
    const { created } = made;
    expect(created.map(({ path }) => path)).toEqual(
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

  it('gives compose a service and its migration, on host ports that nobody has', () => {
    const read = carriedOut();
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, object> };
    expect(Object.keys(services)).toEqual(['order-service', 'returns-desk-service', 'returns-desk-migration', 'kafka']);
    expect(services['returns-desk-service']).toMatchObject({
      ports: ['127.0.0.1:${RETURNS_DESK_HOST_PORTS:-3300-3309}:3000'],
      restart: 'always',
    });
    expect(services['returns-desk-migration']).toMatchObject({
      build: { args: { APP: 'returns-desk-service' } },
      environment: {
        A: '1',
        DATABASE_URL: expect.stringMatching(/\/\/returns_desk_owner:.*\/returns_desk_service$/) as string,
        DATABASE_APP_ROLE: 'returns_desk_service',
        DATABASE_READER_ROLE: 'returns_desk_reader',
        DATABASE_OPERATOR_ROLE: 'returns_desk_operator',
      },
      restart: 'no',
    });
    expect(read('.env.example')).toContain('RETURNS_DESK_CLOSE_AFTER_MS=604800000');
    expect(read('tools/compose/create-databases.sql')).toContain(
      'CREATE DATABASE returns_desk_service OWNER returns_desk_owner;',
    );
  });

  it('changes shared files so that taking the region out gives them back', () => {
    const read = carriedOut();
    const shared = ['docker-compose.yml', '.env.example', 'tools/compose/create-databases.sql'];
    for (const path of [...shared, 'libs/contracts/src/index.ts'])
      expect(removeRegions(read(path), path, 'returns-desk')).toBe(SHARED[path]);
  });

  it('lists what lies outside of the app among its belongings', () => {
    expect(JSON.parse(carriedOut()('tools/contexts/belongings.json'))).toEqual([
      { contexts: ['order'], paths: ['test/fire'] },
      { contexts: ['returns-desk'], paths: ['docs/reference/returns-desk.md'] },
    ]);
  });

  it('leaves nothing behind when it fails half-way', () => {
    const root = repository();
    const everything = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
    const before = everything();
    const impossible = { path: 'package.json/below-a-file', text: '' };
    expect(() => writePlan(root, { ...made, changed: [...made.changed, impossible] })).toThrow(/ENOTDIR/);
    expect(everything()).toEqual(before);
    for (const [path, text] of Object.entries(SHARED)) expect(reader(root)(path)).toBe(text);
  });

  it('may have one name for the context and its aggregate, and takes the next port', async () => {
    const { created } = await plan(repository(), 'shipping');
    const contextJson = created.find(({ path }) => path.endsWith('context.json'))!.text;
    expect(JSON.parse(contextJson)).toMatchObject({ port: 3002, request: { path: '/shippings' } });
    expect(created.map(({ path }) => path)).toContain('apps/shipping-service/src/domain/shipping.ts');
  });
});

describe('nest-cli.json', () => {
  const project = (name: string, type: string) => `    "${name}": {\n      "type": "${type}"\n    }`;
  const defaults = `  "root": "apps",\n  "sourceRoot": "apps",\n  "compilerOptions": { "tsConfigPath": "tsconfig.json" },\n`;
  const file = (...projects: string[]) => `{\n${defaults}  "projects": {\n${projects.join(',\n')}\n  }\n}\n`;
  const [app, library] = [project('order-service', 'application'), project('kernel', 'library')];

  it.each([
    ['after the last app', file(app, library), ['order-service', 'shipping-service', 'kernel']],
    ['before the libraries where there is no app', file(library), ['shipping-service', 'kernel']],
    ['at the end where there is no library', file(app), ['order-service', 'shipping-service']],
  ])('has the project %s', (_where, text, projects) => {
    const edited = EDITS['nest-cli.json']!(text, { names: namesOf('shipping', 'shipment'), ownRequests: true });
    expect(Object.keys((JSON.parse(edited) as { projects: object }).projects)).toEqual(projects);
    expect(edited).toContain(
      `"compilerOptions": { "builder": "tsc", "tsConfigPath": "apps/shipping-service/tsconfig.app.json" }`,
    );
    const { root } = JSON.parse(edited) as { root: string };
    expect(root).toBe(projects.includes('order-service') ? 'apps' : 'apps/shipping-service');
    expect(withoutProject(edited, readContext('shipping', '{ "port": 3003 }', ''), [])).toBe(text);
  });
});

describe('what is refused', () => {
  it.each<[string, { aggregate?: string; port?: number }, string | RegExp]>([
    ['order', {}, `'order' is taken: there is apps/order-service`],
    [
      'left',
      {},
      /'left' is taken: .*left\.events\.v1\.ts of a context that is gone\. npm run remove:context left takes it out, or says who/,
    ],
    ['ordering', { aggregate: 'order' }, `'order' is taken: apps/order-service/src/domain/order.ts has an aggregate`],
    ['sending', { aggregate: 'parcel' }, `has events that begin with 'parcel.'`],
    ['mailing', { aggregate: 'mail' }, 'has the message MailOpenedV1'],
    ['mailing', { aggregate: 'letter' }, `has messages that begin with 'shop.letter.'`],
    [
      'working',
      { aggregate: 'actor' },
      /'actor' does not fit: Actor is a name in the generated code already\. Choose another, like --aggregate actor_file$/,
    ],
    ['shipping', { port: 3001 }, '--port 3001 is that of order-service. The next that is free: --port 3002'],
  ])('%s %j, with the reason', async (name, more, sentence) => {
    await expect(plan(repository(), name, more)).rejects.toThrow(sentence);
  });

  it('a name one of whose files is there', async () => {
    const root = repository();
    mkdirSync(join(root, 'docs/reference'), { recursive: true });
    writeFileSync(join(root, 'docs/reference/shipping.md'), '');
    await expect(plan(root, 'shipping')).rejects.toThrow(`'shipping' is taken: there is docs/reference/shipping.md`);
  });

  it('a repository where a list of contexts, or its file, is missing', async () => {
    const root = repository();
    writeFileSync(join(root, '.env.example'), 'A=1\n');
    await expect(plan(root, 'shipping')).rejects.toThrow(
      /\.env\.example: expected the line '… contexts end here' once/,
    );
    rmSync(join(root, '.env.example'));
    await expect(plan(root, 'shipping')).rejects.toThrow('.env.example is missing: a context is registered there.');
  });
});
