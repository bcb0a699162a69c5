// Runs the newest build of a service: one restart at a time, and another one when a build came meanwhile.

export interface Restartable {
  stop(): Promise<unknown>;
  /** @throws Error when it does not come up. */
  start(): Promise<unknown>;
}

export class Restarter {
  private wanted = false;
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly service: Restartable,
    private readonly report: (restart: { ms: number; error?: Error }) => void,
  ) {}

  /** Returns when the build that is newest by then runs, or could not be started. Never rejects. */
  restart(): Promise<void> {
    this.wanted = true;
    this.running ??= this.work().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Lets a restart under way finish; later ones do nothing. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async work(): Promise<void> {
    while (this.wanted && !this.closed) {
      this.wanted = false;
      const start = Date.now();
      try {
        await this.service.stop();
        await this.service.start();
        this.report({ ms: Date.now() - start });
      } catch (error) {
        this.report({ ms: Date.now() - start, error: error as Error });
      }
    }
  }
}
