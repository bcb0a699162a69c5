// What every check uses: answers as lines of JSON, promises opened by hand, and waiting for a condition instead of sleeping.
export function answer(check, result) {
  console.log(JSON.stringify({ check, result }));
}

/** A promise that somebody opens. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}

/** True as soon as the condition holds, false when it never did within the time. */
export async function within(ms, condition) {
  for (const deadline = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
  }
}

/** The name of the error, or `undefined` when there was none. */
export async function errorOf(action) {
  try {
    await action();
    return undefined;
  } catch (error) {
    return nameOf(error);
  }
}

/** How long a check waits for something that may never come. */
export const LONG_ENOUGH_MS = 10_000;

export function nameOf(error) {
  const name = error?.constructor?.name ?? 'Error';
  return name === 'Error' || name.endsWith('DatabaseError') || name === 'PostgresError'
    ? (error.code ?? error.message)
    : name.replace(/^_/, '');
}
