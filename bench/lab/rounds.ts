// Interleaved rounds: every contestant runs once a round, in an order that turns, so that whatever the machine does meets all of them alike.

/** One way of doing a work. */
export interface Contestant {
  readonly name: string;
  /** Does the work once. @returns how much of it was done in a second. */
  run(): Promise<number>;
}

/** How one contestant did against the first one of the list, of the same rounds. */
export interface Standing {
  readonly name: string;
  /** Median over the rounds of its rate divided by the first contestant's; the smallest and the largest of them. */
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  /** Median of its rate, in units of the work a second. */
  readonly perSecond: number;
}

/**
 * The first contestant is what the others are measured by. One round is run before, and does not count.
 * @param turns of each contestant in a round, which are averaged: what the machine does for seconds then meets all of them within a round.
 */
export async function interleaved(contestants: readonly Contestant[], rounds: number, turns = 1): Promise<Standing[]> {
  const rates = contestants.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    const sums = contestants.map(() => 0);
    for (let turn = (round + 1) * turns; turn < (round + 2) * turns; turn += 1) {
      for (let at = 0; at < contestants.length; at += 1) {
        const index = (turn + at) % contestants.length;
        sums[index]! += await contestants[index]!.run();
      }
    }
    if (round >= 0) for (const [index, sum] of sums.entries()) rates[index]!.push(sum / turns);
  }
  return contestants.map(({ name }, index) => {
    const ratios = rates[index]!.map((rate, round) => rate / rates[0]![round]!);
    return {
      name,
      ratio: median(ratios),
      min: Math.min(...ratios),
      max: Math.max(...ratios),
      perSecond: median(rates[index]!),
    };
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
