// One at a time, in the order they came.

export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when nobody is at work or waits. */
  async over(): Promise<void> {
    for (let last: unknown; last !== this.last;) {
      last = this.last;
      await this.last;
    }
  }
}
