// A page of a list that goes on from a place. Whoever lists asks for one more than the page holds, to know whether there is another page.

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: bigint;
}

/** @param found in the order of the list, up to `limit` + 1 of them, each with its place. */
export function pageOf<T extends { readonly place: bigint }>(found: readonly T[], limit: number): Page<T> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? items.at(-1)?.place : undefined };
}
