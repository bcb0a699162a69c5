// Puts the names of a new context in the place of the template's, in every spelling, in texts and in paths.
import { articleOf, namesOf, type Names, type Spellings } from './words.js';

/** What the template is called. No word of it stands for anything else in there, so it can be replaced as text. */
export const TEMPLATE_NAMES = namesOf('freight-depot', 'crate_load');

const TEMPLATE_FORMS = formsOf(TEMPLATE_NAMES);
/** Longest first: the plural before the singular. */
const ANY_FORM = TEMPLATE_FORMS.toSorted((one, other) => other.length - one.length).join('|');
const WITH_ARTICLE = new RegExp(String.raw`(?:\b([Aa])( ))?(${ANY_FORM})`, 'g');
const HOLDS_FORM = new RegExp(ANY_FORM);

/** In a text or a path. */
export function substitute(text: string, names: Names): string {
  const forms = formsOf(names);
  return text.replaceAll(WITH_ARTICLE, (_, article: string | undefined, space: string | undefined, form: string) => {
    const word = forms[TEMPLATE_FORMS.indexOf(form)]!;
    if (article === undefined) return word;
    const fitting = articleOf(word);
    return `${article === 'A' ? fitting.charAt(0).toUpperCase() + fitting.slice(1) : fitting}${space}${word}`;
  });
}

/** True where a name of the template stands in it. */
export function isNamedByTemplate(text: string): boolean {
  return HOLDS_FORM.test(text);
}

function formsOf({ context, aggregate, aggregates }: Names): string[] {
  return [aggregates, aggregate, context].flatMap((spellings: Spellings) => Object.values(spellings) as string[]);
}
