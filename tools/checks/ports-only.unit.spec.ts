import { describe, expect, it } from 'vitest';
import { findAroundPorts } from './ports-only.js';

const found = (source: string): string[] => findAroundPorts('x.ts', source).map(({ what }) => what);

describe('the ports-only check', () => {
  it.each([
    ['const t = Date.now();', 'Date.now'],
    ['const at = new Date();', 'new Date()'],
    ['const at = new Date;', 'new Date()'],
    ['const at = Date();', 'Date()'],
    ['const n = Math.random();', 'Math.random'],
    ['const id = crypto.randomUUID();', 'crypto.randomUUID'],
    [`import { randomUUID } from 'node:crypto';`, 'randomUUID'],
    ['crypto.getRandomValues(bytes);', 'crypto.getRandomValues'],
    [`import { randomInt } from 'node:crypto';`, 'randomInt'],
    ['const signal = AbortSignal.timeout(5);', 'AbortSignal.timeout'],
    ['setTimeout(() => {}, 1);', 'setTimeout'],
    ['globalThis.setInterval(f, 1);', 'globalThis.setInterval'],
    [`import { setTimeout as sleep } from 'node:timers/promises';`, `import 'node:timers/promises'`],
    ['const wait = { after: setTimeout };', 'setTimeout'],
  ])('finds %s', (source, what) => {
    expect(found(source)).toContain(what);
  });

  it.each([
    'const at = new Date(row.time);',
    'const at = clock.now();',
    'clock.setTimeout(run, 5);',
    'interface Clock { setTimeout(run: () => void, ms: number): void }',
    '// Date.now is banned here',
    `const text = 'Math.random()';`,
  ])('accepts %s', (source) => {
    expect(found(source)).toEqual([]);
  });

  it('says in which line', () => {
    expect(findAroundPorts('x.ts', '\n\nDate.now();')).toEqual([{ line: 3, what: 'Date.now' }]);
  });
});
