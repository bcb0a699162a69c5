// Keys side by side, each key one job at a time and in order; a busy key goes to the back of the line after every job.
export type Job = () => Promise<void>;

export class KeyQueues {
  private readonly waiting = new Map<string, Job[]>();
  private readonly ready: string[] = [];
  private readonly running = new Set<string>();
  private stopped = false;
  private idle: (() => void)[] = [];

  constructor(private readonly concurrency: number) {}

  /** Jobs must not reject. */
  add(key: string, job: Job): void {
    const jobs = this.waiting.get(key);
    if (jobs) jobs.push(job);
    else {
      this.waiting.set(key, [job]);
      if (!this.running.has(key)) this.ready.push(key);
    }
    this.fill();
  }

  /** Begins nothing any more; resolves when no job is running. */
  stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    if (this.running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private fill(): void {
    while (!this.stopped && this.running.size < this.concurrency && this.ready.length > 0) {
      const key = this.ready.shift()!;
      const jobs = this.waiting.get(key)!;
      const job = jobs.shift()!;
      if (jobs.length === 0) this.waiting.delete(key);
      this.running.add(key);
      void job().finally(() => {
        this.running.delete(key);
        if (this.waiting.has(key)) this.ready.push(key);
        this.fill();
        if (this.stopped && this.running.size === 0) for (const resolve of this.idle.splice(0)) resolve();
      });
    }
  }
}
