// A chain that expects nothing would pass whatever the code does. Here it fails: awaited, returned from the test, or left lying.
import { Step } from './failure.js';

interface Called {
  /** As the test wrote it, e.g. `given(Order, …)`. */
  readonly chain: string;
  /** The steps that may follow. */
  readonly next: string;
  /** True for what is no beginning that several tests may share: it has to go on within the same expression. */
  readonly mustGoOn: boolean;
}

/** What a chain is until its first expectation. `Then`: the step called `then`, where it has one. */
export abstract class Unfinished<Then = never> {
  readonly #called: Called;
  readonly #step: Step;
  #continued = false;

  constructor(called: Called) {
    this.#called = called;
    this.#step = new Step(called.chain);
    if (called.mustGoOn)
      queueMicrotask(() => {
        if (!this.#continued) throw this.#error();
      });
  }

  /** Looked up by the next step, and by `await` or a test runner that was given a chain without an end. */
  // oxlint-disable-next-line unicorn/no-thenable -- that is the point: an unfinished chain must not pass for a value
  get then(): Then {
    this.#continued = true;
    return ((...args: readonly unknown[]) => {
      const fail = args[1];
      if (typeof fail !== 'function') return this.thenStep(args, new Step('then'));
      return (fail as (error: Error) => void)(this.#error());
    }) as Then;
  }

  /** The step called `then`, where there is one. */
  protected thenStep(_args: readonly unknown[], _step: Step): unknown {
    throw this.#error();
  }

  /** What every other step begins with. */
  protected goOn(): void {
    this.#continued = true;
  }

  #error(): Error {
    const { chain, next } = this.#called;
    return this.#step.failure([
      `The test ends with ${chain} and expects nothing: it could never fail. Go on with ${next}.`,
    ]);
  }
}
