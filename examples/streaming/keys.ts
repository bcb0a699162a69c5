// Keys whose messages spread evenly: a partition is chosen by the key, so some names have to be passed over.
import { partitionOf } from '@app/event-store/messaging';

export interface SpreadKey {
  readonly key: string;
  readonly partition: number;
}

/** `each` keys for every partition, named `<name>-1`, `<name>-2`, … */
export function spreadKeys(name: string, partitions: number, each: number): SpreadKey[] {
  const found: SpreadKey[] = [];
  for (let number = 1; found.length < partitions * each; number += 1) {
    const key = `${name}-${number}`;
    const partition = partitionOf(key, partitions);
    if (found.filter((other) => other.partition === partition).length < each) found.push({ key, partition });
  }
  return found.sort((a, b) => a.partition - b.partition);
}
