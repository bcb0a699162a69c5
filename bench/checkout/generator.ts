// Requests from a process of their own: who measures must not share a thread with who asks.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Burst {
  readonly url: string;
  readonly token: string;
  /** Requests under way at a time. */
  readonly inFlight: number;
  readonly ms: number;
}

export class Generator {
  private constructor(private readonly child: ChildProcess) {}

  static async start(): Promise<Generator> {
    const child = fork(join(import.meta.dirname, 'burst.ts'), [], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return new Generator(child);
  }

  /** Orders that were answered with 201, and for how long. @throws Error any other answer */
  async run(burst: Burst): Promise<{ readonly orders: number; readonly ms: number }> {
    this.child.send(burst);
    const [answer] = (await once(this.child, 'message')) as [{ orders: number; ms: number } | { error: string }];
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}
