// What this repository itself says: regions and belongings name contexts there are, and paths there are.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBelongings } from './belongings.js';
import { contractsOf } from './contracts.js';
import { filesWithRegions } from './files.js';
import { flagsOfNpm } from './npm-flags.js';
import { regionsOf } from './regions.js';
import { contexts } from './registry.js';

const names = contexts().map(({ name }) => name);

describe('what belongs to contexts in this repository', () => {
  it('is there, and so are the contexts', () => {
    const entries = readBelongings('.');
    expect(entries.flatMap(({ paths }) => paths).filter((path) => !existsSync(path))).toEqual([]);
    expect(entries.flatMap((entry) => entry.contexts).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('stands in regions that end, of contexts there are, or whose contract another one uses', () => {
    const contracts = contractsOf('.').map(({ context }) => context);
    const strangers = filesWithRegions('.').flatMap((file) =>
      regionsOf(readFileSync(file, 'utf8'), file)
        .flatMap((region) => region.contexts)
        .filter((name) => !names.includes(name) && !(file.startsWith('libs/contracts/') && contracts.includes(name)))
        .map((name) => `${file}: ${name}`),
    );
    expect(strangers).toEqual([]);
  });
});

it('a flag that npm kept for itself counts', () => {
  expect(flagsOfNpm(['yes', 'dry-run'], { npm_config_dry_run: 'true', npm_config_yes: '' })).toEqual(['--dry-run']);
  expect(flagsOfNpm(['yes', 'dry-run'], {})).toEqual([]);
});
