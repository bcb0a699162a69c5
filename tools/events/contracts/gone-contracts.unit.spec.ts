import { describe, expect, it } from 'vitest';
import { treeOf } from '../../../test/support/small-tree.js';
import { goneContracts } from './gone-contracts.js';
import type { Releases } from './releases.js';

const FILE = 'libs/contracts/released/zoo.events.v1.json';
const SOURCE = 'libs/contracts/src/zoo.events.v1.ts';
const APP = 'apps/zoo-service/context.json';
const form = { fields: { name: 'string' }, checks: { name: ['IsLine()'] }, sample: { name: 'Ada' } };
const before = {
  comparedWith: '3f2a9c1d0b7e, the merge base with main',
  commit: '3f2a9c1d0b7e6a5544332211',
  files: new Map<string, Releases>([[FILE, { 'zoo.born.v1': [form], 'zoo.died.v1': [form] }]]),
  values: {},
};
const contract = { released: FILE, events: [] };

interface Now {
  readonly found?: readonly (typeof contract)[];
  readonly withdrawn?: Releases;
  readonly declared?: readonly string[];
}

function gone(files: Readonly<Record<string, string>>, { found = [], withdrawn = {}, declared = [] }: Now = {}) {
  return goneContracts(treeOf(files).root, before, { found, withdrawn, declared: new Set(declared) });
}

describe('a contract that was released', () => {
  it('is missed when it is gone and its context is not, with the way back', () => {
    const [problem, ...others] = gone({ [APP]: '{}' });
    expect(others).toEqual([]);
    expect(problem!.file).toBe(FILE);
    expect(problem!.what).toContain(
      `${SOURCE} declares no messages any more, and others may publish or read zoo.born.v1, zoo.died.v1 (compared with 3f2a9c1d0b7e, the merge base with main).`,
    );
    expect(problem!.what).toContain(`Put it back: git checkout 3f2a9c1d0b7e -- ${SOURCE} ${FILE}`);
  });

  it('is missed when it is empty, whatever became of the context', () => {
    expect(gone({ [SOURCE]: '' })).toHaveLength(1);
  });

  it('may go with its context', () => {
    expect(gone({})).toEqual([]);
  });

  it('is not gone when it is there, or when its messages have moved to another', () => {
    expect(gone({ [APP]: '{}' }, { found: [contract] })).toEqual([]);
    expect(gone({ [APP]: '{}' }, { declared: ['zoo.born.v1', 'zoo.died.v1'] })).toEqual([]);
    expect(gone({ [APP]: '{}' }, { declared: ['zoo.born.v1'] })).toHaveLength(1);
  });

  it('may go when each of its forms was withdrawn', () => {
    expect(gone({ [APP]: '{}' }, { withdrawn: { 'zoo.born.v1': [form], 'zoo.died.v1': [form] } })).toEqual([]);
    expect(gone({ [APP]: '{}' }, { withdrawn: { 'zoo.born.v1': [form] } })).toHaveLength(1);
  });
});
