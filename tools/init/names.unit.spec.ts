import { describe, expect, it } from 'vitest';
import { checkProjectName, checkScope, titleOf } from './names.js';

/** Apart from its name, or this file would be one that uses the scope. */
const at = (scope: string): string => `@${scope}`;
const free = (): undefined => undefined;

describe('the name of a project', () => {
  it.each(['acme-shop', 'a', 'shop2', at('acme/shop.v2'), 'x'.repeat(214)])('may be %s', (name) => {
    expect(checkProjectName(name)).toBe(name);
  });

  it.each([
    ['', 'a package needs a name'],
    ['Acme Shop', 'npm wants lower case. A name that would do: acme-shop.'],
    ['acme shop', "npm wants letters, digits, '-'"],
    ['.acme', "npm wants no '.' at the beginning. A name that would do: acme."],
    ['_acme', "npm wants no '_'"],
    [at('acme'), "npm wants letters, digits, '-'"],
    [at('acme/'), "npm wants letters, digits, '-'"],
    ['a/b', "npm wants letters, digits, '-'"],
    ['node_modules', 'npm has reserved it'],
    ['http', 'Node has a module of this name. A name that would do: acme-shop.'],
    ['x'.repeat(215), 'it has 215 characters, npm allows 214'],
  ])('is refused with the reason: %j', (name, reason) => {
    expect(() => checkProjectName(name)).toThrow(reason);
  });

  it('is a title without its scope and signs', () => {
    expect(['acme-shop', at('acme/my.shop_2')].map(titleOf)).toEqual(['Acme shop', 'My shop 2']);
  });
});

describe('the scope of the libraries', () => {
  it('is taken with and without its sign', () => {
    expect([checkScope('acme', free), checkScope(at('acme-2'), free)]).toEqual(['acme', 'acme-2']);
  });

  it.each(['', 'Acme', 'acme/', '2acme', '-acme', 'acme-', 'a_b', 'a.b'])('is refused when it is %j', (scope) => {
    expect(() => checkScope(scope, free)).toThrow('expected lower-case letters');
  });

  it('is refused when it is too long for a line of imports, or means something else already', () => {
    expect(() => checkScope('x'.repeat(31), free)).toThrow('it has 31 characters, 30 are allowed');
    expect(() => checkScope('nestjs', () => 'an installed package')).toThrow(
      `an installed package says ${at('nestjs')} already`,
    );
  });
});
