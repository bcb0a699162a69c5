import { describe, expect, it } from 'vitest';
import { rolesClaim, rolesIn } from './roles-claim.js';

describe('The roles of a token', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['a claim', 'roles', { roles: ['customer'] }],
    ['a claim inside another, as Keycloak has it', 'realm_access.roles', { realm_access: { roles: ['customer'] } }],
    ['one deep inside', 'resource_access.shop.roles', { resource_access: { shop: { roles: ['customer'] } } }],
    ['a claim with dots in its name', 'https://shop.example/roles', { 'https://shop.example/roles': ['customer'] }],
  ])('are found in %s', (_name, claim, claims) => {
    expect(rolesIn(claims, claim)).toEqual(['customer']);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['nothing', 'roles', {}],
    ['a text', 'roles', { roles: 'customer' }],
    ['half a path', 'realm_access.roles', { realm_access: null }],
    ['what every object has', 'constructor.prototype', {}],
    ['the other name', 'realm_access.roles', { roles: ['customer'] }],
  ])('are not found in %s', (_name, claim, claims) => {
    expect(rolesIn(claims, claim)).toBeUndefined();
  });

  it('are those that are written like roles', () => {
    expect(rolesIn({ roles: ['a', 'B', 'c d', 7, null, {}, '__proto__'] }, 'roles')).toEqual(['a']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b'])('cannot be in a claim called %j', (claim) => {
    expect(rolesClaim.test(claim)).toBe(false);
  });
});
