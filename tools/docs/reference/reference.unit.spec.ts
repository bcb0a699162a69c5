// The generated pages, each from a few lines of source.
import { describe, expect, it } from 'vitest';
import { treeOf } from '../../../test/support/small-tree.js';
import { cliPage } from './cli.js';
import { configurationPage } from './configuration.js';
import { errorClasses, problems } from './error-sources.js';
import { silent } from './errors.js';
import { eventsPage } from './events.js';
import { httpPages } from './http.js';
import { servicesOf } from './services.js';

const main = `import { bootstrap } from '@app/platform';
import { Settings as OwnConfig } from './own.config.js';
import { OwnModule } from './own.module.js';
await bootstrap(OwnModule, { name: 'own-service', description: 'Does it.', config: OwnConfig });
`;
const platformFile = 'libs/platform/src/config/platform.config.ts';
const app = {
  'apps/own-service/src/main.ts': main,
  'apps/own-service/src/own.config.ts': `export class Settings {
  /** How long
   *  it waits. */
  @Env('integer', { expected: 'ms' })
  readonly WAIT_MS: number = 5;
  @Env('text', { expected: 'a key', secret: true })
  readonly KEY: string;
}`,
  [platformFile]: `export class PlatformConfig {
  /** Where it listens. */
  readonly PORT: number;
}`,
};
const variable = (name: string, more: object = {}) => ({ name, kind: 'text', expected: 'x', secret: false, ...more });
const described = {
  platform: [variable('PORT')],
  services: {
    'own-service': {
      openapi: { paths: {} },
      routes: [],
      variables: [variable('WAIT_MS', { default: '5' }), variable('KEY', { secret: true })],
    },
  },
  metrics: [],
  esHelp: [],
};

describe('services', () => {
  it('are read from what their main.ts says', () => {
    expect(servicesOf(treeOf(app))).toEqual([
      {
        name: 'own-service',
        folder: 'apps/own-service',
        description: 'Does it.',
        module: { file: 'apps/own-service/src/own.module.ts', name: 'OwnModule' },
        config: { file: 'apps/own-service/src/own.config.ts', name: 'Settings' },
      },
    ]);
  });

  it('whose main.ts says it otherwise are refused with a sentence', () => {
    const tree = treeOf({ 'apps/own-service/src/main.ts': 'await bootstrap(modules[0], options);' });
    expect(() => servicesOf(tree)).toThrow('apps/own-service/src/main.ts: expected bootstrap(SomeModule');
  });
});

describe('configuration.md', () => {
  const page = (example: string) => configurationPage(treeOf({ ...app, '.env.example': example }), described);

  it('has every variable with its default, and the meaning of its doc comment', () => {
    const { page: text } = page('PORT=1\nWAIT_MS=5\nKEY=\n');
    expect(text).toContain('| `PORT` | **required** | x | Where it listens. |');
    expect(text).toContain('| `WAIT_MS` | `5` | x | How long it waits. |');
    expect(text).toContain('| `KEY` (secret) | **required** | x |  |');
  });

  it('asks for a doc comment where there is none', () => {
    expect(page('PORT=1\nWAIT_MS=5\n# KEY=\n').problems).toEqual([
      {
        file: 'apps/own-service/src/own.config.ts',
        line: 6,
        what: expect.stringContaining('KEY has no doc') as string,
      },
    ]);
  });

  it('compares .env.example with the classes, both ways', () => {
    const found = page('PORT=1\n\nOLD=1\nKEY=\n').problems.filter(({ file }) => file === '.env.example');
    expect(found.map(({ line, what }) => `${line} ${what}`)).toEqual([
      '5 lacks WAIT_MS: list every variable of every service',
      '3 lists OLD, which no service reads',
    ]);
  });
});

describe('.env.example', () => {
  const found = (waitMs: string) =>
    configurationPage(treeOf({ ...app, '.env.example': `PORT=3000\n${waitMs}\nKEY=any\n` }), described)
      .problems.filter(({ file }) => file === '.env.example')
      .map(({ line, what }) => `${line} ${what}`);

  it.each(['WAIT_MS=5', '# WAIT_MS=5', 'WAIT_MS=5 '])('may say the default: %s', (line) =>
    expect(found(line)).toEqual([]),
  );

  it.each(['WAIT_MS=6', '# WAIT_MS=6'])('may say no other value than the default: %s', (line) =>
    expect(found(line)).toEqual(['2 has WAIT_MS=6, but its default is 5']),
  );
});

describe('http.md', () => {
  it('has routes with who may call them, and drops the documents of services that are gone', () => {
    const operation = {
      operationId: 'C_place',
      summary: 'Place one',
      requestBody: { content: { 'application/json': { schema: { $ref: '#/x/PlaceDto' } } } },
      responses: { 201: { content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/x/A' } } } } } },
    };
    const routes = [{ handler: 'C.place', method: 'POST', path: '/own', access: ['customer', 'operator'] }];
    const openapi = { paths: { '/own': { post: operation } } };
    const tree = treeOf({ ...app, 'docs/reference/openapi/gone-service.json': '{}' });
    const services = { 'own-service': { openapi, routes, variables: [] } };
    const text = httpPages(tree, { ...described, services }).get('docs/reference/http.md');
    expect(text).toContain('### POST /own\n\nPlace one.\n\n- Who: `customer` or `operator`.\n- Body: `PlaceDto`.');
    expect(text).toContain('| 201 | list of `A` |  |');
    expect(tree.changes()).toEqual(['docs/reference/openapi/gone-service.json']);
  });
});

describe('events.md', () => {
  it('has stored events with versions, topics with messages, and the types they are made of', () => {
    const text = eventsPage(
      treeOf({
        ...app,
        'apps/own-service/src/domain/own.events.ts': `import type { Money } from '@app/kernel';
/** It is. */
@Event('own.made', { version: 2, upcast: [from1] })
export class Made { constructor(readonly price: Money, /** Whoever. */ readonly by?: Who) {} }
export type Who = 'a' | 'b';`,
        'libs/kernel/src/money.ts': 'export interface Money { amountMinor: number; currency?: string }',
        'libs/contracts/src/own.ts': `@IntegrationEvent('shop.own.made.v1')
export class MadeV1 { @IsId() readonly id: string; constructor(id: string) {} }
/** Keyed by id. */
export const ownEvents = topic('shop.own.events.v1', [MadeV1]);`,
      }),
    );
    expect(text).toContain(
      '**`own.made`** version 2, class [Made](../../apps/own-service/src/domain/own.events.ts). It is.',
    );
    expect(text).toContain('| `price` | `Money` |  |\n| `by` (optional) | `Who` | Whoever. |');
    expect(text).toContain('### Topic shop.own.events.v1\n\nKeyed by id.\n\n**`shop.own.made.v1`**');
    expect(text).toContain(
      '| [Money](../../libs/kernel/src/money.ts) | `{ amountMinor: number; currency?: string }` |',
    );
    expect(text).toContain("| `'a' \\| 'b'` |");
  });
});

describe('errors.md', () => {
  it('finds classes with a code: what they mean, what they say, and the status of a refusal', () => {
    const tree = treeOf({
      'a/e.ts': `const MOST = 2_000;
/** Too many. */
export class TooMany extends DomainError {
  readonly code = 'too-many';
  override readonly kind = 'invalid';
  constructor(of: { name: string }) { super(\`Of \${of.name} at most \${MOST}. \` + 'Take less.'); }
}
export class Shut extends DomainError { readonly code = 'shut'; }
export class Other extends Error { code = makeCode(); }`,
    });
    expect(errorClasses(tree, 'a')).toEqual([
      expect.objectContaining({
        code: 'too-many',
        doc: 'Too many.',
        message: 'Of <name> at most 2,000. Take less.',
        status: 422,
      }),
      expect.objectContaining({ code: 'shut', message: '', status: 409, line: 8 }),
    ]);
  });

  it('gives the whole sentence where the base class makes one of what it is handed', () => {
    const tree = treeOf({
      'a/base.ts': `export class Gone extends EventStoreError {
  readonly code: string = 'gone';
  constructor(what: string, cause?: unknown) { super(\`\${what} is gone\${cause instanceof Error ? \`: \${cause.message}\` : ''}. Wait.\`, { cause }); }
}`,
      'a/own.ts': `export class Full extends Gone {
  override readonly code: string = 'full';
  constructor(waiting: number) { super('The queue', new Error(\`\${waiting} wait\`)); }
}
export class Closed extends Gone {
  override readonly code: string = 'closed';
  constructor() { super('The door'); }
}`,
    });
    expect(errorClasses(tree, 'a').map(({ message }) => message)).toEqual([
      '<what> is gone<…>. Wait.',
      'The queue is gone: <waiting> wait. Wait.',
      'The door is gone. Wait.',
    ]);
  });

  it('refuses a code that says nothing anywhere', () => {
    const tree = treeOf({
      'a/e.ts': `export class Mute extends DomainError { readonly code = 'mute'; }
/** Says what it is. */
export class Documented extends DomainError { readonly code = 'documented'; }`,
    });
    expect(silent(errorClasses(tree, 'a'))).toEqual([
      { file: 'a/e.ts', line: 1, what: expect.stringContaining('mute says nothing') },
    ]);
  });

  it('finds problems that are written out, made by a helper, or follow from a status', () => {
    const tree = treeOf({
      'a/p.ts': `throw new ProblemException({ status: 400, code: 'bad-thing', detail: 'It is bad.' });
function refuse(code: string, detail: string): never { throw new ProblemException({ status: 415, code, detail }); }
refuse('too-deep', 'Too deep.');
function away(detail: string): Error { return new ProblemException({ status: 503, code: 'away', detail }); }
throw away('Away for now.'), away('Away for good.');
const sentences = { 413: 'Too large.' };`,
    });
    const found = problems(tree, 'a').map(({ code, status, message }) => `${status} ${code} ${message}`);
    expect(found).toEqual([
      '400 bad-thing It is bad.',
      '503 away Away for now. Away for good.',
      '415 too-deep Too deep.',
      '413 payload-too-large Too large.',
    ]);
  });
});

describe('cli.md', () => {
  it('has every script, what the first line of its tool says, its usage, and the help of es', () => {
    const scripts = { start: 'tsx tools/start.ts', lint: 'oxlint --x' };
    const tree = treeOf({
      'package.json': JSON.stringify({ scripts }),
      'tools/start.ts':
        '// `npm start [-- --broker kafka]`: everything, on\n// one screen.\nconst USAGE = "Usage: npm start";',
    });
    const text = cliPage(tree, [{ command: 'parked list', help: 'Usage: es parked list' }]);
    expect(text).toContain(
      '| `npm start [-- --broker kafka]` | Everything, on one screen. |\n| `npm run lint` | `oxlint --x` |',
    );
    expect(text).toContain('### npm start\n\n```text\nUsage: npm start\n```');
    expect(text).toContain('### es parked list\n\n```text\nUsage: es parked list\n```');
  });
});
