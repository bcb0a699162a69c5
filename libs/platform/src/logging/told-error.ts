// What logs and spans may say of an error. Drivers hang queries, parameters and whole rows on theirs: nothing of those is taken. And where a value is wrong,
// PostgreSQL quotes it in the very sentence.

/** SQLSTATE of PostgreSQL: data exceptions (class 22), and a syntax error, which quotes the statement. */
const QUOTES_VALUES = /^(22[0-9A-Z]{3}|42601)$/;

/** As its messages quote in English, French and Spanish, German, Japanese, where `lc_messages` says so. */
const QUOTED = /["«»„“「].*["«»„“”」]/s;

/** The sentence without values; also where it repeats what its cause says. */
export function messageOf(error: Error): string {
  return withoutValues(error.message, error);
}

export function stackOf(error: Error): string | undefined {
  return error.stack && withoutValues(error.stack, error);
}

/** A value may hold quotes itself, which PostgreSQL does not escape: all from the first to the last one of its sentence goes. */
function withoutValues(text: string, error: Error): string {
  const { code, message, cause } = error as Error & { code?: unknown };
  const quotes = typeof code === 'string' && QUOTES_VALUES.test(code);
  // A function as the replacement: in a text `$&` would mean something.
  const said = quotes ? text.replaceAll(message, () => message.replace(QUOTED, '"[redacted]"')) : text;
  return cause instanceof Error ? withoutValues(said, cause) : said;
}

/** Of an error only what says what went wrong where. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, code, cause } = error as Error & { code?: unknown };
  return {
    type: name,
    message: messageOf(error),
    ...(typeof code === 'string' && { code }),
    stack: stackOf(error),
    ...(cause instanceof Error && { cause: describeError(cause) }),
  };
}
