// One place in the fleet: the process that has it now, and the next one after that has died.
import { setTimeout as sleep } from 'node:timers/promises';
import { freezeProcess } from '../kafka/freeze.js';
import { isAlive } from '../postgres/process.js';
import type { ServiceProcess } from '../system/service-process.js';

export interface ReplicaOptions {
  /** For people: `order-service/0`. */
  readonly name: string;
  /** The next process of this place. */
  readonly launch: () => Promise<ServiceProcess>;
  readonly say: (line: string) => void;
  /** It ended, and nobody had asked it to. */
  readonly onDeath: (replica: Replica, code: number | string) => void;
  readonly signal: AbortSignal;
}

/** A start fails while the database is away; whoever orchestrates tries again. In milliseconds. */
const START_WITHIN_MS = 120_000;
const START_AGAIN_MS = 500;

export class Replica {
  private process: ServiceProcess;
  private asked = false;
  /** Requests are sent to it. */
  serving = true;

  constructor(
    process: ServiceProcess,
    private readonly options: ReplicaOptions,
  ) {
    this.process = process;
    void this.watch(process);
  }

  get name(): string {
    return this.options.name;
  }

  get url(): string {
    return this.process.url;
  }

  get metricsUrl(): string | undefined {
    return this.process.metricsUrl;
  }

  get isAlive(): boolean {
    return isAlive(this.process.pid);
  }

  /** It was asked to end: it answers no request any more, and nobody restarts it for that. */
  get isLeaving(): boolean {
    return this.asked;
  }

  async kill9(): Promise<void> {
    this.leave();
    await this.process.kill9();
  }

  /** The exit code. */
  stop(): Promise<number | string> {
    this.leave();
    return this.process.stop();
  }

  /** Whoever has sent it a request waits, whoever comes goes elsewhere. */
  async freeze(): Promise<void> {
    if (!this.isAlive) return;
    this.serving = false;
    await freezeProcess(this.process.pid);
  }

  thaw(): void {
    if (!this.isAlive) return;
    process.kill(this.process.pid, 'SIGCONT');
    this.serving = true;
  }

  /** Until it serves. Does nothing when it does. @throws Error when it does not in two minutes, or the run is over. */
  async start(): Promise<void> {
    const { launch, say, signal, name } = this.options;
    if (this.isAlive) return;
    for (const start = Date.now(); ; await sleep(START_AGAIN_MS, undefined, { signal })) {
      signal.throwIfAborted();
      try {
        this.process = await launch();
        break;
      } catch (error) {
        if (Date.now() - start > START_WITHIN_MS) throw error;
        say(`${name} did not start, and is started again: ${reasonIn(error)}`);
      }
    }
    this.asked = false;
    void this.watch(this.process);
    this.serving = true;
  }

  private leave(): void {
    this.asked = true;
    this.serving = false;
  }

  private async watch(process: ServiceProcess): Promise<void> {
    const code = await process.ended;
    if (this.process !== process || this.asked || this.options.signal.aborted) return;
    this.serving = false;
    this.options.onDeath(this, code);
  }
}

/** What the service said last of why; its log is in the message. */
function reasonIn(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /"msg":"([^"]*did not start[^"]*)"/.exec(text)?.[1]?.slice(0, 200) ?? text.split('\n')[0]!;
}
