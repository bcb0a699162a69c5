// Somebody wanted a change only if nobody else had made one: what says that somebody has.

/** Nothing was done. Not a business rejection, so nothing is remembered: the same request may be sent again for the current version. */
export class VersionMismatchError extends Error {
  override readonly name = 'VersionMismatchError';
  readonly code = 'version-mismatch';

  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`Expected version ${expected}, but it is ${actual} by now. Look at it again and decide anew.`);
  }
}

/**
 * To be called inside a decision, so that the version is compared that is decided on.
 * @param expected what the caller has seen; undefined: any will do. @throws VersionMismatchError
 */
export function assertVersion(expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) throw new VersionMismatchError(expected, actual);
}
