// What a verification of the log says: how far it is as it was sealed, and the first thing that is not.

export interface BrokenRow {
  readonly position: bigint;
  /** Unknown for a row that is missing. */
  readonly stream: string | undefined;
  readonly version: number | undefined;
  readonly type: string | undefined;
}

export type LogBreak =
  /** One row: another content, one that was sealed and is gone, or one that was not there when its place was sealed. */
  | { readonly kind: 'changed' | 'missing' | 'inserted'; readonly row: BrokenRow; readonly seal: bigint }
  /** The seal itself was changed, so that no row can be named; or it is of a key that was not given. */
  | {
      readonly kind: 'seal';
      readonly seal: bigint;
      readonly fromPosition: bigint;
      readonly toPosition: bigint;
      readonly problem: string;
    }
  /** Seals that there were are not there: between others, or at the end, where only an anchor or the checkpoint can tell. */
  | { readonly kind: 'truncated'; readonly seal: bigint; readonly problem: string }
  /** There are events and no seal at all. */
  | { readonly kind: 'unsealed'; readonly problem: string };

/** The end of the chain at some time, kept outside the database. */
export interface Anchor {
  readonly context: string;
  readonly seal: bigint;
  readonly position: bigint;
  /** Of the seal, 64 hexadecimal digits. */
  readonly hash: string;
}

export interface Verification {
  /** Undefined when everything that was sealed is as it was. */
  readonly broken: LogBreak | undefined;
  /** Events found to be as they were sealed. */
  readonly events: number;
  readonly seals: bigint;
  /** The end of what was verified: every event up to here is as it was sealed. */
  readonly position: bigint;
  /** Events that came after the last seal: about these nothing is said. */
  readonly unsealed: number;
  /** Anchors that were compared. */
  readonly anchors: number;
}

export interface VerifyProgress {
  readonly position: bigint;
  /** Where it will end. */
  readonly of: bigint;
  readonly events: number;
}
