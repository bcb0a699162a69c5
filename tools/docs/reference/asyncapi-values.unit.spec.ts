import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { keysOf, type RecordedValues } from '../../events/contracts/recorded-values.js';
import type { Releases } from '../../events/contracts/releases.js';

const RELEASED = 'libs/contracts/released';
const OTHERS = ['values.json', 'withdrawn.json'];
/** Checks that have a schema of their own; others are described by their type alone, which may be wider. */
const EXACT = /^@(IsId|IsLine|IsReference|IsMoney|IsOptional)\(\)$/;

interface AsyncApi {
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly name: string; readonly payload: object }>>;
    readonly schemas: object;
  };
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

it('the AsyncAPI document takes of each field of each message what the inbox takes', () => {
  const { components } = read('docs/reference/asyncapi.json') as AsyncApi;
  const values = (
    existsSync(join(RELEASED, 'values.json')) ? read(join(RELEASED, 'values.json')) : {}
  ) as RecordedValues;
  const files = readdirSync(RELEASED).filter((file) => file.endsWith('.json') && !OTHERS.includes(file));
  const types = files.flatMap((file) => Object.entries(read(join(RELEASED, file)) as Releases));
  for (const [type, forms] of types) {
    const { payload } = Object.values(components.messages).find(({ name }) => name === type)!;
    const fits = new Ajv({ strict: false, validateFormats: false }).compile({ ...payload, components });
    const form = forms.at(-1)!;
    expect({ type, fits: fits(form.sample) }).toEqual({ type, fits: true });
    for (const [field, key] of keysOf(form)) {
      const { accepted = [], refused = [] } = values[key] ?? {};
      const asked = (of: readonly unknown[]) =>
        of.map((value) => ({ type, field, value, fits: fits({ ...form.sample, [field]: value }) }));
      for (const one of asked(accepted)) expect(one).toEqual({ ...one, fits: true });
      if (
        !key
          .split(' @')
          .slice(1)
          .every((check) => EXACT.test(`@${check}`))
      )
        continue;
      for (const one of asked(refused)) expect(one).toEqual({ ...one, fits: false });
    }
  }
});
