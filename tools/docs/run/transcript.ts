// Tells the output of one script from that of the next on the streams of a long-lived shell: each ends with a mark.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

export interface Outcome {
  /** Undefined: it did not end in time. */
  readonly code: number | undefined;
  /** What it printed, on both streams. */
  readonly output: string;
}

/** ASCII's record separator: no program prints it. */
const SEPARATOR = '\u001e';

export class Transcript {
  private text = '';
  private onNews: () => void = () => undefined;
  private ended: number | undefined;
  private count = 0;

  constructor(private readonly shell: ChildProcessWithoutNullStreams) {
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        this.text += chunk;
        this.onNews();
      });
    }
    shell.stdin.on('error', () => undefined); // it has ended, which the code says
    shell.once('close', (code) => {
      this.ended = code ?? 1;
      this.onNews();
    });
  }

  /** Has the shell run a line, and waits for its end. */
  async of(line: string, timeoutMs: number): Promise<Outcome> {
    this.text = '';
    const mark = `${SEPARATOR}${(this.count += 1)}:`;
    // On both streams, so that nothing of either is missed.
    const say = `printf '\\036${this.count}:%d\\036' $docs_code`;
    this.shell.stdin.write(`${line}docs_code=$?; ${say}; ${say} >&2\n`);
    const isDone = () => this.ended !== undefined || this.text.split(mark).length > 2;
    const inTime = await this.wait(isDone, timeoutMs);
    const code = new RegExp(`${mark}(\\d+)${SEPARATOR}`).exec(this.text)?.[1];
    const output = this.text.replaceAll(new RegExp(`${SEPARATOR}\\d+:\\d+${SEPARATOR}`, 'g'), '');
    return { code: inTime ? Number(code ?? this.ended ?? 1) : undefined, output };
  }

  private wait(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (inTime: boolean) => {
        clearTimeout(timer);
        this.onNews = () => undefined;
        resolve(inTime);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      this.onNews = () => void (isDone() && end(true));
      this.onNews();
    });
  }
}
