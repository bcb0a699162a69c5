// What must not be read in logs and spans is known by the words of its name, however it is written: userPassword, x-api-key, CARD_NUMBER_2.

export const CENSORED = '[redacted]';

/** A name with one of these words, or with two neighbours that make one: `e-mail`, `apiKey`. In the singular. */
const SECRET_WORDS = new Set(
  `authorization authorisation auth cookie token jwt bearer password passwd passwort pwd passphrase passcode pin otp secret credential email apikey
  accesskey privatekey secretkey signingkey encryptionkey masterkey sealkey cardnumber cardno creditcard pan cvv cvc iban ssn`.split(
    /\s+/,
  ),
);

/** Long enough to be meant also where nothing parts it from its neighbours: `userpassword`, `XAPIKEY`. */
const ANYWHERE =
  /password|passwd|passphrase|authori[sz]ation|cookie|credential|apikey|privatekey|secretkey|cardnumber|accesstoken|refreshtoken/;

/** Further characters of a name are not looked at. */
const LONGEST = 200;

/** Names that are remembered: more than a service has of its own, and no more however many callers make up. */
const REMEMBERED = 1_000;
const known = new Map<string, boolean>();

export function isSecretName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isSecret = hasSecretWord(name.slice(0, LONGEST));
  if (name.length <= LONGEST) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(name, isSecret);
  }
  return isSecret;
}

function hasSecretWord(name: string): boolean {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  const isSecret = (word: string): boolean => SECRET_WORDS.has(word) || SECRET_WORDS.has(word.replace(/s$/, ''));
  return (
    words.some((word, index) => isSecret(word) || isSecret(word + (words[index + 1] ?? ''))) ||
    ANYWHERE.test(words.join(''))
  );
}

/** As deep as pino writes; what is deeper it leaves out. */
const DEPTH = 6;

/** The same object where nothing in it has such a name, else a copy without those values. */
export function censored<T extends object>(line: T): T {
  return censoredTo(line, DEPTH) as T;
}

function censoredTo(value: object, depth: number): object {
  // An error is told by a serializer, which takes nothing but its sentence; what says itself how it is written has no fields to look at.
  if (depth === 0 || value instanceof Error || typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return value;
  let copy: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const safe = safeOf(name, inner, depth);
    if (safe === inner) continue;
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as unknown as Record<string, unknown>;
    copy[name] = safe;
  }
  return copy ?? value;
}

function safeOf(name: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null) return value;
  if (isSecretName(name)) return CENSORED;
  return typeof value === 'object' ? censoredTo(value, depth - 1) : value;
}
