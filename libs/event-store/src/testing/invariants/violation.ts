// What a check finds: which invariant, what kind of damage, and a sentence with the ids, so that a person can go and look.

/** `lost`: something that must be there is not. `duplicated`: an effect or id is there twice. `reordered`: order is broken. */
export type Damage = 'lost' | 'duplicated' | 'reordered' | 'unfinished' | 'wrong';

export interface Violation {
  /** `I1` … */
  readonly invariant: string;
  readonly damage: Damage;
  readonly sentence: string;
}

/** A collector for one invariant. */
export class Findings {
  readonly found: Violation[] = [];

  constructor(private readonly invariant: string) {}

  add(damage: Damage, sentence: string): void {
    this.found.push({ invariant: this.invariant, damage, sentence: `${this.invariant}: ${sentence}` });
  }
}

/** The items of each group, groups and items in the order they came. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
