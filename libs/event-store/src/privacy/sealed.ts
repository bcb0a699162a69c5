// How personal fields rest in the data of a stored event.
import { erased, type Erased } from '../core/index.js';

/** Under this key of an event's data its personal fields rest; what has no such key costs one look. */
export const SEALED = '$personal';

export interface Sealed {
  readonly subject: string;
  /** Field → cipher text. */
  readonly fields: Readonly<Record<string, string>>;
}

export function sealedIn(data: object): Sealed | undefined {
  return (data as { readonly [SEALED]?: Sealed })[SEALED];
}

/** For people who look without a key: each field says that it is encrypted, or erased. */
export function withoutCipherText(data: object, { subject, fields }: Sealed, isForgotten: boolean): object {
  const { [SEALED]: _closed, ...rest } = data as Record<string, unknown>;
  const shown: Erased | { readonly $encryptedFor: string } = isForgotten ? erased : { $encryptedFor: subject };
  for (const field of Object.keys(fields)) rest[field] = shown;
  return rest;
}
