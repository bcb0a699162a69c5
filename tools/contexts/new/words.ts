// One name in every spelling that code, SQL, URLs and sentences want.

/** Spellings of `crate load`. */
export interface Spellings {
  /** crate-load */
  readonly kebab: string;
  /** crate_load */
  readonly snake: string;
  /** CrateLoad */
  readonly pascal: string;
  /** crateLoad */
  readonly camel: string;
  /** CRATE_LOAD */
  readonly constant: string;
  /** crate load */
  readonly spaced: string;
  /** Crate load, at the beginning of a sentence */
  readonly sentence: string;
}

export interface Names {
  readonly context: Spellings;
  readonly aggregate: Spellings;
  readonly aggregates: Spellings;
}

/** `context` in kebab-case, `aggregate` in snake_case. */
export function namesOf(context: string, aggregate: string): Names {
  const words = aggregate.split('_');
  return {
    context: spell(context.split('-')),
    aggregate: spell(words),
    aggregates: spell([...words.slice(0, -1), pluralOf(words.at(-1)!)]),
  };
}

/** The aggregate of a context that names none: its last word in the singular, `returns-desk` → `returns_desk`, `orders` → `order`. */
export function defaultAggregate(context: string): string {
  const words = context.split('-');
  return [...words.slice(0, -1), singularOf(words.at(-1)!)].join('_');
}

/** By the simple rules: category → categories, box → boxes, day → days. What is irregular stays to be mended by hand. */
export function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, 'ies');
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

/** The same rules backwards; a word that is no plural by them (address, status, basis, shipping) stays. */
export function singularOf(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.replace(/es$/, '');
  return /[^sui]s$/.test(word) ? word.replace(/s$/, '') : word;
}

/** `an` before what sounds like a vowel, by its letters. */
export function articleOf(word: string): 'a' | 'an' {
  return /^[aeiou]/i.test(word) && !/^(eu|one|uni|use|usu)/i.test(word) ? 'an' : 'a';
}

function spell(words: readonly string[]): Spellings {
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const pascal = words.map(capital).join('');
  const spaced = words.join(' ');
  return {
    kebab: words.join('-'),
    snake: words.join('_'),
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    constant: words.join('_').toUpperCase(),
    spaced,
    sentence: capital(spaced),
  };
}
