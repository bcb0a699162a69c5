// Virtual time: what is to happen, by time. Nothing else moves the simulation on, so the same seed gives the same history.

interface Happening {
  readonly at: number;
  /** Of two at the same time the one that was planned first comes first. */
  readonly order: number;
  run: (() => void) | undefined;
}

const BEGIN = Date.UTC(2030, 0, 1);

export class Timeline {
  /** Milliseconds since 1970, as the only honest clock has it. */
  now = BEGIN;
  private planned = 0;
  /** A binary heap: the earliest is first. */
  private readonly heap: Happening[] = [];

  /** Since the beginning. */
  get elapsedMs(): number {
    return this.now - BEGIN;
  }

  /** Returns a function that calls it off. */
  in(ms: number, run: () => void): () => void {
    const happening: Happening = { at: this.now + Math.max(0, ms), order: (this.planned += 1), run };
    this.push(happening);
    return () => (happening.run = undefined);
  }

  /**
   * One thing happens after the other, each when everything that the one before it has set off waits again; until it is over, nothing is
   * planned, or so many have happened. Resolves to how many did.
   */
  runUntil(isOver: () => boolean, most: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let happened = 0;
      const go = (): void => {
        try {
          if (isOver() || happened === most || !this.happen()) return resolve(happened);
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)));
        }
        happened += 1;
        whenAllWait(go);
      };
      go();
    });
  }

  /** The next thing. False when nothing is planned. */
  private happen(): boolean {
    let next = this.pop();
    while (next && !next.run) next = this.pop();
    if (!next) return false;
    this.now = next.at;
    next.run!();
    return true;
  }

  private push(happening: Happening): void {
    const { heap } = this;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(happening, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = happening;
  }

  private pop(): Happening | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

const settled = Promise.resolve();

/** Node calls what `nextTick` was given in a promise job when no promise job is left: everything waits for something planned then. */
function whenAllWait(callback: () => void): void {
  void settled.then(() => process.nextTick(callback));
}
