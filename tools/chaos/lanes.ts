// What is done to one victim is done one after the other, what is done to different ones at the same time.

export class Lanes {
  private readonly ends = new Map<string, Promise<unknown>>();

  /** Waits for whatever goes on with the victim. Failures of one do not hold up the next. */
  run<T>(victim: string, work: () => Promise<T>): Promise<T> {
    const before = this.ends.get(victim) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.ends.set(
      victim,
      mine.catch(() => undefined),
    );
    return mine;
  }

  /** Resolves when nothing goes on with anybody. */
  async idle(): Promise<void> {
    for (let seen: Promise<unknown>[] = []; ;) {
      const now = [...this.ends.values()];
      if (now.length === seen.length && now.every((end, at) => end === seen[at])) return;
      seen = now;
      await Promise.all(now);
    }
  }
}
