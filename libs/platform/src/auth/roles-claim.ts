// Where in a token the roles are: each login puts them elsewhere.

/** In the words of AUTH_ROLES_CLAIM. */
export const ROLES_CLAIM_EXPECTED = 'the name of a claim, or a path to it like realm_access.roles';
export const rolesClaim = /^[^\s.]+(\.[^\s.]+)*$/;
const role = /^[a-z][a-z0-9_-]{0,49}$/;

/**
 * The roles that are written like roles; undefined where there is no list. A claim whose whole name is that (`https://shop.example/roles`) goes
 * before the path.
 */
export function rolesIn(claims: Readonly<Record<string, unknown>>, claim: string): readonly string[] | undefined {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : claim.split('.').reduce<unknown>(member, claims);
  if (!Array.isArray(found)) return undefined;
  return Object.freeze(found.filter((name): name is string => typeof name === 'string' && role.test(name)));
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? (of as Record<string, unknown>)[name]
    : undefined;
}
