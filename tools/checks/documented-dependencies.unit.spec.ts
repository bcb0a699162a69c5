import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkDocumentedDependencies, PAGE } from './documented-dependencies.js';

const row = (name: string, reason = 'The driver; without it nothing is stored.') => `| \`${name}\` | ${reason} |\n`;
const manifest = { dependencies: { pg: '1.0.0' }, devDependencies: { '@types/pg': '1.0.0' } };

describe('the check that dependencies are documented', () => {
  it('accepts the page of this repository', () => {
    const real = JSON.parse(readFileSync('package.json', 'utf8')) as typeof manifest;
    expect(checkDocumentedDependencies(real, readFileSync(PAGE, 'utf8'))).toEqual([]);
  });

  it('names a package without a row, in production and for development', () => {
    expect(checkDocumentedDependencies(manifest, row('@types/pg'))).toEqual([
      expect.stringContaining('no row for pg;'),
    ]);
    expect(checkDocumentedDependencies(manifest, row('pg'))).toEqual([
      expect.stringContaining('no row for @types/pg;'),
    ]);
  });

  it('names a row without a package', () => {
    const page = row('pg') + row('@types/pg') + row('left-pad');
    expect(checkDocumentedDependencies(manifest, page)).toEqual([
      `${PAGE}: left-pad is not in package.json; remove its row`,
    ]);
  });

  it.each(['', 'Needed.', 'The driver without which nothing is stored'])('refuses %j as a reason', (reason) => {
    const page = row('pg', reason) + row('@types/pg');
    expect(checkDocumentedDependencies(manifest, page)).toEqual([
      `${PAGE}: the row of pg gives no reason; a sentence was expected`,
    ]);
  });
});
