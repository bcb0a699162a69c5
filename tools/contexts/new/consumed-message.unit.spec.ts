import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMessage } from './consumed-message.js';
import { hearInstead } from './hear-instead.js';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'contracts-'));
  mkdirSync(join(root, 'libs/contracts/src'), { recursive: true });
  const compilerOptions = { target: 'ES2023', lib: ['ES2023'], types: [], module: 'nodenext', strict: true };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(
    join(root, 'libs/contracts/src/index.ts'),
    `export * from './all.js';
export class LonelyV1 { constructor(readonly orderId: string) {} }`,
  );
  writeFileSync(
    join(root, 'libs/contracts/src/all.ts'),
    `interface Money { readonly amountMinor: number; readonly currency: string }
type By = 'customer' | 'operator';
const IsId = (): PropertyDecorator => () => undefined;
const topic = (name: string, events: readonly unknown[]) => ({ name, events });
export class ManyV1 {
  @IsId() readonly orderId: string;
  @IsId() readonly paymentId: string;
  constructor(by: By, paymentRef: string, orderId: string, paymentId: string, count: number, paid: Money, gift: boolean, note?: string) {}
}
export class NoIdV1 { constructor(readonly orderId: string) {} }
export class DateV1 {
  @IsId() readonly orderId: string;
  constructor(orderId: string, at: Date) {}
}
export const manyEvents = topic('shop.many.events.v1', [ManyV1, NoIdV1]);
export const dateEvents = topic('shop.date.events.v1', [DateV1]);
`,
  );
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the message that opens an aggregate', () => {
  it('is found with its topic, its id, and an example of each field it must have', () => {
    expect(findMessage(root, 'ManyV1')).toEqual({
      name: 'ManyV1',
      contract: 'manyEvents',
      topic: 'shop.many.events.v1',
      idField: 'orderId',
      example: [
        `'customer'`,
        `'example'`,
        'id',
        `'0198c0de-0000-7000-8000-000000000002'`,
        '1',
        `{ amountMinor: 1000, currency: 'EUR' }`,
        'true',
      ],
    });
  });

  it.each([
    ['OrderVanishedV1', /no message .* is called so. There are: ManyV1, NoIdV1, DateV1\./],
    ['LonelyV1', /no message of @app\/contracts that travels on a topic/],
    ['manyEvents', /no message of/],
    ['NoIdV1', /has no field whose name ends in Id and that is checked by @IsId\(\)/],
    ['DateV1', /no example can be made of its field at, which is of type Date. Expected string, number/],
  ])('%s is refused, saying why', (name, sentence) => {
    expect(() => findMessage(root, name)).toThrow(sentence);
  });
});

describe('hearing another message', () => {
  const message = {
    name: 'OrderConfirmedV1',
    contract: 'orderEvents',
    topic: 'shop.order.events.v1',
    idField: 'orderId',
    example: ['id'],
  };

  it('fails loudly where the template is not what it was', () => {
    expect(() => hearInstead('context/src/application/freight-depot.saga.ts', 'changed', message)).toThrow(
      /templates\/context\/src\/application\/freight-depot.saga.ts should hold this once, and does not/,
    );
  });

  it('leaves the template as it is where its own message is heard', () => {
    expect(hearInstead('docs/freight-depot.md', 'CrateLoadRequestedV1', undefined)).toBe('CrateLoadRequestedV1');
    expect(hearInstead('docs/freight-depot.md', 'CrateLoadRequestedV1', message)).toBe('OrderConfirmedV1');
  });
});
