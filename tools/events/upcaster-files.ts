// The two files an older version of an event gets: the upcaster, which begins as a copy, and its test.
export interface Step {
  readonly type: string;
  /** The version that is read; the upcaster gives the next one. */
  readonly from: number;
}

/** `order-placed.from-1` */
export function upcasterFile({ type, from }: Step): string {
  return `${type.replaceAll('.', '-')}.from-${from}`;
}

/** `orderPlacedFrom1` */
export function upcasterName({ type, from }: Step): string {
  const [first = '', ...others] = type.split(/[.-]/);
  return `${first}${others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}From${from}`;
}

export function upcasterSource(step: Step): string {
  const { type, from } = step;
  return `// ${type} as version ${from} has stored it, turned into what version ${from + 1} would have stored.
import type { Upcaster } from '@app/event-store/core';

/** Write here what has changed: give fields their new names, split them, fill in those that version ${from} did not know. Never change \`data\` itself. */
export const ${upcasterName(step)}: Upcaster = (data) => ({ ...data });
`;
}

/** Version `from + 1` is what today's upcaster gives, so its examples say what is expected. */
export function upcasterSpec(step: Step): string {
  const { type, from } = step;
  const name = upcasterName(step);
  return `import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusExamples, differencesFromAll } from '@app/event-store/testing';
import { ${name} } from './${upcasterFile(step)}.js';

const corpus = join(import.meta.dirname, '../corpus');

describe('${type} of version ${from}', () => {
  it.each(corpusExamples(corpus, '${type}', ${from}))('becomes what version ${from + 1} stores: %j', (stored) => {
    const examples = corpusExamples(corpus, '${type}', ${from + 1});
    expect(differencesFromAll(examples, ${name}(stored))).toEqual([]);
  });
});
`;
}
