// A field that may be left out may not be null: what a caller got wrong would count as not said.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contexts } from '../tools/contexts/registry.js';

const takesNull = (text: string): boolean => /\bIsOptional\(/.test(text);

it.each([
  ...contexts().map(({ service }) => join('apps', service, 'src', 'interface')),
  join('templates', 'context', 'src', 'interface'),
  join('libs', 'platform', 'src', 'http'),
])('no request in %s has a field that is IsOptional, which takes null: IsOmittable does not', (folder) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files).not.toEqual([]);
  expect(files.filter((name) => takesNull(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
});

it('such a field would be seen', () => {
  expect(takesNull('  @IsOptional()\n  @IsInt()\n  amountMinor?: number;')).toBe(true);
});
