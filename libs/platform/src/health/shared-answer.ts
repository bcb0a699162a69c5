// One answer for all who ask at about the same time: how often somebody asks is not how often the asked is bothered.

export class SharedAnswer<T> {
  private last: { readonly answer: Promise<T>; freshUntil: number } | undefined;

  /** @param freshMs how long an answer is given again after it has come, in milliseconds. @param now milliseconds from any point on. */
  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The answer that is on its way, or has just come, a failure too; else a new one. */
  get(): Promise<T> {
    if (this.last && this.now() < this.last.freshUntil) return this.last.answer;
    const one = { answer: this.ask(), freshUntil: Infinity };
    const come = () => (one.freshUntil = this.now() + this.freshMs);
    one.answer.then(come, come);
    this.last = one;
    return one.answer;
  }
}
