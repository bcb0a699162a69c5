// Which names a context and its aggregate may have, whatever else there is in the repository.
import { pluralOf } from './words.js';

const NAME = 'lower-case words of letters and digits, 2 to 30 characters, a letter first';
const LONGEST = 30;

/** Rooms of the library, parts of a system, and the libraries themselves: a context of that name would be taken for them. */
const RESERVED_CONTEXTS = new Set(
  (
    'event-store kernel contracts platform core memory messaging nest operations processes subscriptions testing postgres kafka bus broker ' +
    'database gateway token health docs app apps lib libs tools templates test examples dist node-modules context contexts'
  ).split(' '),
);

/** What TypeScript keeps for itself: the aggregate's name is also that of variables. */
const RESERVED_WORDS = new Set(
  (
    'arguments async await boolean break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null number object package private protected public ' +
    'return static string super switch symbol this throw true try typeof undefined unknown var void while with yield'
  ).split(' '),
);

const BY_PLATFORM = 'the platform answers it itself';
/** Paths that are no context's, and why. */
const RESERVED_PATHS = new Map([
  ['docs', BY_PLATFORM],
  ['docs-json', BY_PLATFORM],
  ['docs-yaml', BY_PLATFORM],
  ['health', BY_PLATFORM],
  ['metrics', 'it is kept for metrics'],
]);

/** @throws Error with the reason, and a name that would do. */
export function assertContextName(name: string): void {
  const like = (other: string) => `Like: npm run new:context ${other}`;
  if (!isName(name, '-')) {
    const mended = name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^[-\d]+|-+$/g, '')
      .slice(0, LONGEST);
    throw new Error(
      `'${name}' is no name for a context: expected ${NAME}, joined by '-'. ${like(isName(mended, '-') ? mended : 'shipping')}`,
    );
  }
  if (/(^|-)service$/.test(name))
    throw new Error(
      `'${name}' ends in 'service', which every context's folder does already. ${like(name.replace(/-?service$/, '') || 'shipping')}`,
    );
  if (RESERVED_CONTEXTS.has(name))
    throw new Error(
      `'${name}' is reserved: a part of this repository or of every system is called so. ${like(`${name}-desk`)}`,
    );
}

/** @throws Error with the reason, and a name that would do. */
export function assertAggregateName(name: string): void {
  const like = (other: string) => `Like: --aggregate ${other}`;
  if (!isName(name, '_')) {
    const mended = name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^[_\d]+|_+$/g, '')
      .slice(0, LONGEST);
    const why = name.includes('-') ? ` (a stream's category ends at the first '-')` : '';
    throw new Error(
      `'${name}' is no name for an aggregate: expected ${NAME}, joined by '_'${why}. ${like(isName(mended, '_') ? mended : 'shipment')}`,
    );
  }
  const path = pluralOf(name).replaceAll('_', '-');
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
  if (RESERVED_WORDS.has(camel))
    throw new Error(
      `'${name}' is a word of TypeScript, and the aggregate's variables are called so. ${like(`${name}_file`)}`,
    );
  if (pascal in globalThis)
    throw new Error(`'${name}' would be the class ${pascal}, which JavaScript has already. ${like(`${name}_file`)}`);
  const reserved = RESERVED_PATHS.get(path);
  if (reserved !== undefined)
    throw new Error(`'${name}' would answer at /${path}, and ${reserved}. ${like(`${name}_file`)}`);
}

function isName(text: string, joint: '-' | '_'): boolean {
  return text.length >= 2 && text.length <= LONGEST && new RegExp(`^[a-z][a-z0-9]*(${joint}[a-z0-9]+)*$`).test(text);
}
