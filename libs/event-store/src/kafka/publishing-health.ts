// What those who publish know of Kafka: a send can fail where a probe is answered. Who does not try again has no say, as another replica publishes now.
import { systemClock } from '../core/index.js';

/** For how long a failure counts after it, in milliseconds: longer than a relay waits before it tries again (5 s), shorter than I14 allows (10 s). */
const FRESH_MS = 7_000;

export class PublishingHealth {
  private failedAt: number | undefined;
  private underWay = 0;

  /** What is wrong, fit for anybody's eyes. */
  get failure(): string | undefined {
    if (this.failedAt === undefined) return undefined;
    return this.underWay > 0 || this.isFresh(this.failedAt) ? 'Kafka does not take messages' : undefined;
  }

  /** Rejects as `publish` does. */
  async during<T>(publish: () => Promise<T>): Promise<T> {
    if (this.failure === undefined) this.failedAt = undefined; // of long ago: it says nothing of this attempt
    this.underWay += 1;
    try {
      const result = await publish();
      this.failedAt = undefined;
      return result;
    } catch (error) {
      this.failedAt = systemClock.now().getTime();
      throw error;
    } finally {
      this.underWay -= 1;
    }
  }

  private isFresh(failedAt: number): boolean {
    return systemClock.now().getTime() - failedAt <= FRESH_MS;
  }
}
