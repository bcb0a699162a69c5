// One running process of a service: every await of its code that leaves it passes through `call` or its clock, where it can be delayed, cut or killed.
import {
  carrying,
  deterministicId,
  sleepWith,
  UnavailableError,
  type Clock,
  type IdGenerator,
} from '../../core/index.js';
import type { MemoryTransaction } from '../../memory/index.js';
import type { World } from './world.js';

export type Server = 'database' | 'broker' | 'gateway';

/** A request on its way for less takes no time, so that there is time for more runs, in milliseconds. */
const INSTANT_MS = 1;
/** Calls after which a process is not new any more. */
const NEW_FOR_CALLS = 60;

export class SimulatedProcess {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** Called once when it is gone. */
  readonly onEnd: (() => void)[] = [];
  /** Called when it stands still, with for how long. */
  readonly onFreeze: ((ms: number) => void)[] = [];
  private alive = true;
  private frozenUntil = 0;
  private clockOff = 0;
  private calls = 0;
  private made = 0;
  /** Transactions begun and not ended. */
  private readonly open = new Set<MemoryTransaction>();
  /** Whose connection is gone: no statement of theirs gets through. */
  private readonly broken = new Set<MemoryTransaction>();
  private readonly abandoned = new Set<MemoryTransaction>();
  private readonly cutOff: Record<Server, number> = { database: 0, broker: 0, gateway: 0 };

  constructor(
    /** `<service>#<replica>.<incarnation>`. */
    readonly name: string,
    readonly world: World,
  ) {
    const { random, timeline } = world;
    this.clockOff = world.drawClockOff();
    this.clock = {
      now: () => new Date(timeline.now + this.clockOff),
      after: (ms, callback) => this.later(ms, carrying(callback)), // as the machine's timers do
      sleep: (ms, signal) => this.sleep(ms, signal),
    };
    this.ids = {
      next: () => deterministicId(name, (this.made += 1)),
      random: () => random.fraction(),
    };
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** Not put together where nobody listens. */
  tell(what: () => string, depth: 1 | 2 = 1): void {
    if (this.alive && this.world.isHeard) this.world.tell(depth, this.name, what());
  }

  /** Gone within an instant: nothing of it goes on, and what it had open on servers is given up there. */
  crash(why: string): void {
    if (!this.alive) return;
    this.world.tell(0, '✗', `${this.name} crashes ${why}`);
    this.world.faults.count('crash');
    this.end();
  }

  /** After an orderly stop. */
  end(): void {
    this.alive = false;
    for (const transaction of this.open) this.giveUp(transaction);
    for (const callback of this.onEnd.splice(0)) callback();
  }

  /** Stands still for so long, in milliseconds; what it asked for goes on without it. */
  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.world.timeline.now + ms);
    for (const callback of this.onFreeze) callback(ms);
  }

  moveClock(ms: number): void {
    this.clockOff += ms;
  }

  cut(server: Server, ms: number): void {
    this.cutOff[server] = this.world.timeline.now + ms;
  }

  /** All is well from here on. */
  heal(): void {
    this.frozenUntil = Math.min(this.frozenUntil, this.world.timeline.now);
    this.cutOff.database = this.cutOff.broker = this.cutOff.gateway = 0;
  }

  /** Runs in this process in so many milliseconds, if it is still there. */
  later(ms: number, run: () => void): () => void {
    const { timeline } = this.world;
    let cancel = timeline.in(ms, () => fire());
    const fire = (): void => {
      if (!this.alive) return;
      const wait = this.frozenUntil - timeline.now;
      if (wait > 0) cancel = timeline.in(wait, fire);
      else run();
    };
    return () => cancel();
  }

  /**
   * One call of a server. `work` is done there at one moment, at a time of its own; the process hears of it later, wrongly, or never. `unit` is
   * the transaction it belongs to. @throws UnavailableError, or what `work` throws.
   */
  async call<T>(server: Server, what: string, work: () => T | Promise<T>, unit?: MemoryTransaction): Promise<T> {
    if (!this.alive) return never();
    const { faults, random } = this.world;
    this.calls += 1;
    const fate = faults.fate(this.calls < NEW_FOR_CALLS);
    this.tell(() => `→ ${server}: ${what}`, 2);
    if (fate === 'crashBefore') {
      const arrives = random.chance(0.5);
      this.crash(`with ${what} on its way, which ${arrives ? 'arrives' : 'is lost'}`);
      if (!arrives) return never();
    }
    const travelMs = faults.latencyMs();
    if (travelMs >= INSTANT_MS) await this.travel(travelMs);
    if (this.isUnreachable(server) || fate === 'lostRequest' || (unit && this.broken.has(unit))) {
      if (fate === 'lostRequest') this.note('request lost', what);
      return this.failing(what, unit);
    }
    let answer: () => T;
    try {
      const value = await work();
      answer = () => value;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    if (fate === 'crashAfter') this.crash(`before it hears of ${what}`);
    if (!this.alive) return never();
    if (fate === 'lostReply') {
      this.note('answer lost', what);
      return this.failing(what, unit);
    }
    const hearMs = random.chance(0.3) ? faults.latencyMs() : 0;
    if (hearMs > 0 || this.standsStill) await this.hear(hearMs);
    return answer();
  }

  begun(transaction: MemoryTransaction): void {
    this.open.add(transaction);
  }

  /** As {@link MemoryTransaction.commit}. @throws UnavailableError also when it took effect and the answer is lost. */
  async commit(transaction: MemoryTransaction): Promise<boolean> {
    if (this.broken.has(transaction)) throw new UnavailableError('COMMIT', new Error('the connection is gone'));
    try {
      return await this.call('database', 'COMMIT', () => {
        if (this.abandoned.has(transaction))
          throw new UnavailableError('COMMIT', new Error('the server has given it up'));
        this.open.delete(transaction);
        return transaction.commit();
      });
    } catch (error) {
      if (this.open.has(transaction)) this.giveUp(transaction);
      throw error;
    }
  }

  /** Where the connection is gone the server will find out by itself. */
  rollback(transaction: MemoryTransaction): void {
    this.open.delete(transaction);
    if (this.broken.has(transaction)) transaction.rolledBack();
    else transaction.rollback();
  }

  /** The server was restarted: nothing that was open there is. */
  disconnect(): void {
    for (const transaction of this.open) {
      this.broken.add(transaction);
      this.abandon(transaction);
    }
  }

  private async failing(what: string, unit: MemoryTransaction | undefined): Promise<never> {
    if (unit) this.giveUp(unit);
    await this.hear(this.world.faults.latencyMs());
    throw new UnavailableError(what, new Error('no answer'));
  }

  private note(kind: string, what: string): void {
    this.world.faults.count(kind);
    this.tell(() => `${kind}: ${what}`);
  }

  private isUnreachable(server: Server): boolean {
    return this.world.isOut(server) || this.cutOff[server] > this.world.timeline.now;
  }

  /** The server notices a while later that nobody is there, and rolls back. */
  private giveUp(transaction: MemoryTransaction): void {
    if (this.broken.has(transaction)) return;
    this.broken.add(transaction);
    this.world.timeline.in(this.world.random.between(0, 200), () => this.abandon(transaction));
  }

  private abandon(transaction: MemoryTransaction): void {
    this.abandoned.add(transaction);
    transaction.abandon();
  }

  private get standsStill(): boolean {
    return !this.alive || this.frozenUntil > this.world.timeline.now;
  }

  /** Of a request: it goes on whatever becomes of the process. */
  private travel(ms: number): Promise<void> {
    return new Promise((resolve) => this.world.timeline.in(ms, resolve));
  }

  /** Of an answer: never, when the process is gone. */
  private hear(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  private sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((callback) => this.later(ms, callback), signal);
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
