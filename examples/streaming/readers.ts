// The members of the group, seen from the story: starts them, writes down what they handle, kills one in the middle of it.
import { EventEmitter, once } from 'node:events';
import type { BrokerPlace } from './broker-at.js';
import type { Ledger, Reception } from './ledger.js';
import { MemberProcess } from './member-process.js';

/** Where nothing is handled for this long, in milliseconds, nothing will be. */
const PATIENCE_MS = 60_000;

export class SilenceError extends Error {
  constructor() {
    super(`Nothing has arrived for ${PATIENCE_MS / 1000} seconds.`);
  }
}

export class Readers {
  /** The message that a killed member had handled and not acknowledged. */
  interrupted: Reception | undefined;
  private readonly members: MemberProcess[] = [];
  private readonly events = new EventEmitter();
  private readonly failed = new AbortController();
  private condemned: string | undefined;
  private closing = false;

  /** `signal` ends all waiting. */
  constructor(
    private readonly place: BrokerPlace,
    private readonly ledger: Ledger,
    private readonly signal: AbortSignal,
  ) {}

  join(name: string): MemberProcess {
    const member = new MemberProcess(name, this.place, ({ key, number }) => {
      const reception = { key, number, member: name };
      this.ledger.note(reception);
      if (this.condemned === name) {
        member.kill9();
        this.interrupted ??= reception;
      }
      this.events.emit('handled');
      return this.condemned !== name;
    });
    this.members.push(member);
    void this.watch(member);
    return member;
  }

  /** Kills the member with its next message: after it has handled it, and before it can acknowledge it. */
  condemn(name: string): void {
    this.condemned = name;
  }

  /** @throws SilenceError; @throws the reason of the signal; @throws Error when a member has ended by itself. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const silence = AbortSignal.timeout(PATIENCE_MS);
      const enough = AbortSignal.any([this.signal, this.failed.signal]);
      await once(this.events, 'handled', { signal: AbortSignal.any([enough, silence]) }).catch(() => {
        enough.throwIfAborted();
        throw new SilenceError();
      });
    }
  }

  /** Leaves no process behind. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.members.map((member) => member.stop()));
  }

  private async watch({ name, ended }: MemberProcess): Promise<void> {
    const how = await ended;
    if (this.closing || this.condemned === name) return;
    this.failed.abort(new Error(`Member ${name} has ended with ${how} by itself; what it said stands above.`));
  }
}
