// One at a time, in the order they came.
import { UnavailableError } from '../core/index.js';

/** How many answers anybody waits for before their own: a relay gives up after three (its deadline of 30 seconds), and asks again. */
export const PATIENCE = 2;

export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * `patienceMs`: who asks waits no longer, and will ask again. While Kafka says nothing, more would queue than come to their turn, each with its messages.
   * @throws UnavailableError when its turn came later than that; nothing was done.
   */
  take<T>(work: () => Promise<T>, patienceMs = Infinity): Promise<T> {
    const asked = performance.now();
    const turn = this.last.then(() => {
      if (performance.now() - asked <= patienceMs) return work();
      throw new UnavailableError('Kafka', new Error(`those who asked earlier took more than ${patienceMs} ms`));
    });
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
