// Where a list goes on, as opaque text: nobody is to read or build one.

export class Cursor {
  private readonly form: RegExp;

  /** @param list in each cursor, so that one of another list is not taken: lower-case letters, digits and -. */
  constructor(private readonly list: string) {
    this.form = new RegExp(`^${list}:([1-9]\\d{0,17})$`);
  }

  /** @param place in the store, from 1; undefined on the last page, which has none. */
  write(place: bigint | undefined): string | undefined {
    return place === undefined ? undefined : Buffer.from(`${this.list}:${place}`).toString('base64url');
  }

  /** Undefined for anything {@link write} has not written. */
  read(text: string | undefined): bigint | undefined {
    if (text === undefined) return undefined;
    const digits = this.form.exec(Buffer.from(text, 'base64url').toString('latin1'))?.[1];
    const place = digits === undefined ? undefined : BigInt(digits);
    return this.write(place) === text ? place : undefined;
  }
}
