// What was sent and what arrived, by whom it was handled and how often: the judge of the example.

export interface Reception {
  readonly key: string;
  /** 1, 2, 3 … in the order in which the key's messages were sent. */
  readonly number: number;
  readonly member: string;
}

export interface KeyResult {
  readonly key: string;
  readonly sent: number;
  /** Messages that arrived at least once. */
  readonly received: number;
  /** Further arrivals of messages that had arrived before. */
  readonly repeats: number;
  /** Whether the messages arrived for the first time in the order in which they were sent. */
  readonly inOrder: boolean;
  /** Everything that arrived, in order, like `A 1-6, B 6-9`. */
  readonly handled: string;
}

export class Ledger {
  private readonly sent = new Map<string, number>();
  private readonly arrived = new Map<string, Reception[]>();

  /** Returns the number of the key's next message. */
  nextNumber(key: string): number {
    const number = (this.sent.get(key) ?? 0) + 1;
    this.sent.set(key, number);
    return number;
  }

  note(reception: Reception): void {
    this.arrivedFor(reception.key).push(reception);
  }

  /** Whether everything that was sent for these keys has arrived. */
  isComplete(keys: readonly string[]): boolean {
    return keys.every((key) => this.firstNumbers(key).length === this.sent.get(key));
  }

  /** Who has handled the newest message of the key that arrived. */
  lastMember(key: string): string | undefined {
    return this.arrivedFor(key).at(-1)?.member;
  }

  results(): KeyResult[] {
    return [...this.sent].map(([key, sent]) => {
      const arrived = this.arrivedFor(key);
      const firsts = this.firstNumbers(key);
      return {
        key,
        sent,
        received: firsts.length,
        repeats: arrived.length - firsts.length,
        inOrder: firsts.every((number, index) => index === 0 || number > firsts[index - 1]!),
        handled: inRuns(arrived),
      };
    });
  }

  private arrivedFor(key: string): Reception[] {
    const known = this.arrived.get(key) ?? [];
    this.arrived.set(key, known);
    return known;
  }

  private firstNumbers(key: string): number[] {
    return [...new Set(this.arrivedFor(key).map(({ number }) => number))];
  }
}

function inRuns(arrived: readonly Reception[]): string {
  const runs: { member: string; from: number; to: number }[] = [];
  for (const { member, number } of arrived) {
    const run = runs.at(-1);
    if (run?.member === member && run.to === number - 1) run.to = number;
    else runs.push({ member, from: number, to: number });
  }
  return runs.map(({ member, from, to }) => `${member} ${from === to ? from : `${from}-${to}`}`).join(', ');
}
