// Which secrets are ones: not a default that everybody tries, and not the placeholder of an example. No measure of how good a secret is.

const SHORTEST = 12;
const FEWEST_DIFFERENT = 6;

/** For the message that refuses a weak one. */
export const STRONG_PASSWORD = `at least ${SHORTEST} characters, ${FEWEST_DIFFERENT} of them different, that is more than words like "secret" and "password"`;

/** What defaults are made of: mysecretpassword, postgrespostgres, change-me-please, admin123456. */
const words =
  /postgres(ql)?|password|passwort|passwd|pass|secret|changeme|change|replace|administrator|admin|example|sample|testing|test|default|development|production|database|kafka|root|user|super|qwerty|asdfgh|letmein|welcome|please|the|me|my|123(4(5(6(7(8(90?)?)?)?)?)?)?/g;

/** A password with the length, the variety and more than {@link words} in it. Upper case, digits behind and dashes between do not help. */
export function isStrongPassword(text: string): boolean {
  if (text.length < SHORTEST || new Set(text).size < FEWEST_DIFFERENT) return false;
  const own = text
    .toLowerCase()
    .replaceAll(/[\s_.,:;!#-]/g, '')
    .replaceAll(words, '');
  return own.length >= FEWEST_DIFFERENT;
}

/** A key of 32 bytes that nobody drew at random: 32 random bytes have hardly ever so few that differ. */
export function isPlaceholderKey(key: Uint8Array): boolean {
  return new Set(key).size <= 8;
}
