import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contexts } from './registry.js';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'registry-'))));
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the registry of contexts', () => {
  it('finds those that have a context.json, by port', () => {
    write('apps/returns-desk-service/context.json', { port: 3004 });
    write('apps/shipping-service/context.json', { port: 3003, request: { path: '/shipments', body: { to: 'Oslo' } } });
    write('apps/made-by-nest/src/main.ts', '');
    write('apps/README.md', '');
    expect(contexts(root)).toEqual([
      {
        name: 'shipping',
        service: 'shipping-service',
        database: 'shipping_service',
        port: 3003,
        request: { path: '/shipments', body: { to: 'Oslo' } },
      },
      { name: 'returns-desk', service: 'returns-desk-service', database: 'returns_desk_service', port: 3004 },
    ]);
  });

  it('is empty where there are no apps', () => {
    expect(contexts(root)).toEqual([]);
  });

  it.each([
    ['{', 'context.json is no JSON: '],
    ['[]', 'holds []. Expected an object: { "port": 3003 }.'],
    ['{}', '"port" is undefined. Expected a whole number from 1024 to 65535.'],
    ['{"port":"3003"}', '"port" is "3003". Expected a whole number from 1024 to 65535.'],
    ['{"port":80}', '"port" is 80.'],
    ['{"port":3003,"prot":1,"x":2}', 'prot, x is unknown. Expected "port", and "request" where there is one.'],
    [
      '{"port":3003,"request":{"path":"shipments","body":{}}}',
      '"request" is {"path":"shipments","body":{}}. Expected {',
    ],
    ['{"port":3003,"request":{"path":"/x"}}', '"request" is {"path":"/x"}.'],
    ['{"port":3003,"request":{"path":"/x","body":{},"as":"bob"}}', '"request" is '],
  ])('%s is refused, with the file and what is expected', (text, sentence) => {
    write('apps/shipping-service/context.json', text);
    expect(() => contexts(root)).toThrow(sentence);
    expect(() => contexts(root)).toThrow(/^apps\/shipping-service\/context\.json/);
  });

  it('refuses two contexts on one port, and a folder that is called otherwise', () => {
    write('apps/shipping-service/context.json', { port: 3003 });
    write('apps/billing-service/context.json', { port: 3003 });
    expect(() => contexts(root)).toThrow(
      'apps/shipping-service/context.json: port 3003 is that of billing-service. Expected one of its own.',
    );
    write('apps/shipping/context.json', { port: 3004 });
    expect(() => contexts(root)).toThrow(
      'apps/shipping/context.json: the folder of a context is called apps/<name>-service.',
    );
    rmSync(join(root, 'apps'), { recursive: true });
    write('apps/Returns_Desk-service/context.json', { port: 3003 });
    expect(() => contexts(root)).toThrow("with a name in kebab-case, got 'Returns_Desk-service'.");
  });
});
