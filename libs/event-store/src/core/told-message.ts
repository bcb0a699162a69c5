// What may be kept, logged and published of an error's sentence. Where a value is wrong, PostgreSQL quotes it in the very sentence, and so does
// JSON.parse; a value may be somebody's data, and nobody could take it back from a log or a topic.

/** SQLSTATE of PostgreSQL: data exceptions (class 22), and a syntax error, which quotes the statement. */
const QUOTES_VALUES = /^(22[0-9A-Z]{3}|42601)$/;

/** As its messages quote in English, French and Spanish, German, Japanese, where `lc_messages` says so. */
const QUOTED = /["«»„“「].*["«»„“”」]/s;

/** Of JSON.parse. */
const NOT_JSON = /is not valid JSON$/;

/** Of errors behind an error. Causes may go round in a circle. */
const DEEPEST = 8;

/** The sentence without values, also where it repeats what its cause says. Of a value that is no Error only its type: it may be the very value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? withoutValues(error.message, error) : kindOf(error);
}

/** A value may hold quotes itself, which PostgreSQL does not escape: all from the first to the last one of its sentence goes. */
export function withoutValues(text: string, error: Error, depth = 0): string {
  const { message, cause } = error;
  // A function as the replacement: in a text `$&` would mean something.
  const said = quotesValues(error) ? text.replaceAll(message, () => message.replace(QUOTED, '"[redacted]"')) : text;
  return cause instanceof Error && depth < DEEPEST ? withoutValues(said, cause, depth + 1) : said;
}

/** What can be said of a thrown value that is no Error. */
export function kindOf(value: unknown): string {
  return `a value that is no Error was thrown (${typeof value})`;
}

function quotesValues(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string'
    ? QUOTES_VALUES.test(code)
    : error instanceof SyntaxError && NOT_JSON.test(error.message);
}
