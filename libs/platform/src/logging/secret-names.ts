// What must not be read in logs and spans is known by the words of its name, however it is written: userPassword, x-api-key, CARD_NUMBER_2.
import { describeError } from './told-error.js';

export const CENSORED = '[redacted]';

/** A name with one of these words, or with two neighbours that make one: `e-mail`, `apiKey`. In the singular. */
const SECRET_WORDS = new Set(
  `authorization authorisation auth cookie jwt bearer password passwd passwort pwd passphrase passcode pin otp credential apikey accesskey
  privatekey secretkey signingkey encryptionkey masterkey sealkey cardnumber cardno creditcard pan cvv cvc iban ssn`.split(
    /\s+/,
  ),
);

/** Long enough to be meant also where nothing parts it from its neighbours: `userpassword`, `XAPIKEY`. */
const ANYWHERE =
  /password|passwd|passphrase|authori[sz]ation|cookie|credential|apikey|privatekey|secretkey|cardnumber|accesstoken|refreshtoken/;

/** What a word may be, or end with where nothing parts it: `token`, `csrftoken`, `clientsecret`. */
const ENDING = /(token|secret|email)s?$/;

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
  const isSecret = (word: string): boolean =>
    SECRET_WORDS.has(word) || SECRET_WORDS.has(word.replace(/s$/, '')) || ENDING.test(word);
  return (
    words.some((word, index) => isSecret(word) || isSecret(word + (words[index + 1] ?? ''))) ||
    ANYWHERE.test(words.join(''))
  );
}

/** Nothing deeper is written: pino would, and nobody would have looked at its names. */
const DEPTH = 6;
/** These are told by serializers of the logger. */
const SERIALIZED: ReadonlySet<string> = new Set(['err', 'error']);

/** The same object where nothing in it has such a name, else a copy without those values. Never throws. */
export function censored<T extends object>(line: T): T {
  try {
    return fieldsOf(line, DEPTH) as T;
  } catch {
    return { unreadable: 'a field throws when it is read' } as unknown as T;
  }
}

/** As it is written: an error as its sentence, what says itself how it is written as that. */
function safeObject(value: object, depth: number): unknown {
  if (value instanceof Date || value instanceof URL || ArrayBuffer.isView(value)) return value;
  if (depth === 0) return '[deeper]';
  if (value instanceof Error) return describeError(value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return fieldsOf(value, depth);
  const told: unknown = Reflect.apply(toJSON, value, []);
  return typeof told === 'object' && told !== null ? fieldsOf(told, depth) : told;
}

function fieldsOf(value: object, depth: number): object {
  const isList = Array.isArray(value);
  let copy: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const isTold = depth === DEPTH && inner instanceof Error && SERIALIZED.has(name);
    const safe = isTold ? inner : safeOf(isList ? undefined : name, inner, depth);
    if (safe === inner) continue;
    copy ??= (isList ? [...(value as unknown[])] : { ...value }) as unknown as Record<string, unknown>;
    copy[name] = safe;
  }
  return copy ?? value;
}

/** `name` is undefined in a list. That something is so, or not, is no secret: `passwordChanged: true`. */
function safeOf(name: string | undefined, value: unknown, depth: number): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (name !== undefined && isSecretName(name)) return CENSORED;
  return typeof value === 'object' ? safeObject(value, depth - 1) : value;
}
