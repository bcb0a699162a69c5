// A member as the story sees it: a child process that can be told, stopped, and killed as hard as a machine that loses its power.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BrokerPlace } from './broker-at.js';
import type { Handled, ToMember } from './protocol.js';

const SCRIPT = fileURLToPath(new URL('member.ts', import.meta.url));

/** A member that does not end within this time is killed, in milliseconds. */
const STOP_WITHIN_MS = 15_000;

export class MemberProcess {
  /** Whenever it ends: its exit code, or the signal. */
  readonly ended: Promise<number | string>;
  private readonly child: ChildProcess;

  /** `onHandled` says whether the member may go on. */
  constructor(
    readonly name: string,
    place: BrokerPlace,
    onHandled: (handled: Handled) => boolean,
  ) {
    this.child = fork(SCRIPT, [], { execArgv: ['--import', 'tsx'] });
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)));
    this.child.on('message', (handled: Handled) => {
      if (onHandled(handled)) this.tell({ say: 'noted', ticket: handled.ticket });
    });
    this.tell({ say: 'begin', member: name, place });
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill9(): void {
    this.child.kill('SIGKILL');
  }

  /** Orderly. Safe to repeat, and to call for one that has ended. */
  async stop(): Promise<void> {
    this.tell({ say: 'stop' });
    const timer = setTimeout(() => this.kill9(), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private tell(message: ToMember): void {
    if (this.child.connected) this.child.send(message, () => undefined); // it may end while we speak
  }
}
