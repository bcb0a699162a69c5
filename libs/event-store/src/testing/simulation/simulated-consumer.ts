// A member of a consumer group: reads its partitions from the offset the group has kept, and begins there again after every trouble.
import { UnavailableError } from '../../core/index.js';
import type { ConsumeOptions, Consumer } from '../../messaging/index.js';
import type { Member, Place, SimulatedBus } from './simulated-bus.js';
import type { SimulatedProcess } from './simulated-process.js';

/** After this silence the group goes on without a member, in milliseconds. */
const SESSION_MS = 2_000;
const BACKOFF_MS = 200;
/** Most messages in one call of the handler. */
const BATCH = 6;

export class SimulatedConsumer implements Consumer, Member {
  readonly group: string;
  readonly topics: readonly string[];
  private generation = 0;
  private stopped = false;
  private waiting: (() => void)[] = [];
  private atWork: Promise<void>[] = [];

  constructor(
    private readonly process: SimulatedProcess,
    private readonly bus: SimulatedBus,
    private readonly options: ConsumeOptions,
  ) {
    this.group = options.group;
    this.topics = options.topics;
  }

  join(): void {
    if (!this.process.isAlive) return;
    const { process, bus } = this;
    const missed = (): void => void process.world.timeline.in(SESSION_MS, () => bus.leave(this));
    process.onEnd.push(missed);
    process.onFreeze.push((ms) => {
      if (ms <= SESSION_MS) return;
      missed();
      process.later(0, () => this.stopped || bus.join(this));
    });
    bus.join(this);
  }

  assigned(generation: number, places: readonly Place[]): void {
    const { faults } = this.process.world;
    this.process.later(faults.latencyMs(), () => {
      if (generation <= this.generation) return;
      this.generation = generation;
      this.wakeNow();
      this.atWork = places.map((place) => this.consume(place, generation));
    });
  }

  wake(): void {
    this.process.later(this.process.world.faults.latencyMs(), () => this.wakeNow());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeNow();
    await Promise.all(this.atWork);
    this.bus.leave(this);
  }

  private async consume(place: Place, generation: number): Promise<void> {
    const { process, bus } = this;
    const { random, faults } = process.world;
    let next: number | undefined;
    const isMine = (): boolean => this.generation === generation && !this.stopped;
    while (isMine()) {
      try {
        next ??= await process.call('broker', 'offset', () => bus.committed(this.group, place));
        const from = next;
        if (bus.read(place, from, 1).length === 0) {
          if (isMine()) await this.news(); // as a broker holds a fetch back until there is something
          continue;
        }
        const batch = await process.call('broker', 'fetch', () => bus.read(place, from, random.between(1, BATCH)));
        process.tell(() => `receives ${batch.map(({ headers, key }) => `${headers['ce_type']} of ${key}`).join(', ')}`);
        if ((await this.options.handler(batch).catch(() => 'retry')) === 'retry') {
          await process.clock.sleep(BACKOFF_MS);
          continue;
        }
        next = from + batch.length;
        const upTo = next;
        await process.call('broker', 'commit offset', () => bus.commit(this, generation, place, upTo));
        if (faults.happens('redelivery')) next = random.between(0, next);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        next = undefined;
        await process.clock.sleep(BACKOFF_MS);
      }
    }
  }

  private news(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private wakeNow(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
