// Where a page of orders goes on, as opaque text: nobody is to read or build one.

export function writeCursor(place: bigint): string {
  return Buffer.from(`o1:${place}`).toString('base64url');
}

/** Undefined for anything {@link writeCursor} has not written. */
export function readCursor(text: string): bigint | undefined {
  const digits = /^o1:([1-9]\d{0,17})$/.exec(Buffer.from(text, 'base64url').toString('latin1'))?.[1];
  const place = digits === undefined ? undefined : BigInt(digits);
  return place !== undefined && writeCursor(place) === text ? place : undefined;
}
