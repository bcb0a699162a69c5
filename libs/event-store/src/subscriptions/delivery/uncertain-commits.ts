// Commits of which nobody knows whether they took effect: what was among them comes alone next time, and a record whose commit never succeeds is given up.
import type { CommitUncertainError } from '../failure.js';
import type { Item } from '../item.js';
import type { Progress } from '../runner/status.js';

/** Commits of one record that may fail for unknown reasons before it is taken for the record's own failure. */
const COMMIT_ATTEMPTS = 2;

export class UncertainCommits {
  constructor(private readonly progress: Progress) {}

  /** Whether a commit with these records failed before: the one to blame is found by taking them one at a time. */
  covers(items: readonly Item[]): boolean {
    const { uncertain } = this.progress;
    return uncertain !== undefined && items[0]!.record.position <= uncertain.batchEnd;
  }

  remember(error: CommitUncertainError, items: readonly Item[]): void {
    const { position } = items.at(-1)!.record;
    const { batchEnd = 0n, alone } = this.progress.uncertain ?? {};
    const times = alone?.position === position ? alone.times + 1 : 1;
    this.progress.uncertain = {
      batchEnd: position > batchEnd ? position : batchEnd,
      alone: items.length === 1 ? { position, times, error } : undefined,
    };
  }

  /** Its commits have failed again and again, and being here again says that none of them took effect: the record's own failure. Told once. */
  failureOf({ record }: Item): { readonly error: unknown } | undefined {
    const { uncertain } = this.progress;
    const known = uncertain?.alone;
    if (known?.position !== record.position || known.times < COMMIT_ATTEMPTS) return undefined;
    this.progress.uncertain = { batchEnd: uncertain!.batchEnd };
    return known;
  }
}
