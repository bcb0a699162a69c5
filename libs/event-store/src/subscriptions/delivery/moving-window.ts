// Records taken but not all done yet, in order of position; knows up to where everything is done.
interface Slot {
  readonly position: bigint;
  done: boolean;
}

export class MovingWindow {
  private slots: Slot[] = [];
  private first = 0;

  /** @param prefix position up to which everything is done. */
  constructor(private prefix: bigint) {}

  get donePosition(): bigint {
    return this.prefix;
  }

  /** Records from the first one that is not done to the last one taken. */
  get size(): number {
    return this.slots.length - this.first;
  }

  /** Positions ascend. Returns what to call when the record is done. */
  take(position: bigint): () => void {
    const slot: Slot = { position, done: false };
    this.slots.push(slot);
    return () => {
      slot.done = true;
      this.advance();
    };
  }

  private advance(): void {
    while (this.slots[this.first]?.done === true) {
      this.prefix = this.slots[this.first]!.position;
      this.first += 1;
    }
    if (this.first >= 256) {
      this.slots = this.slots.slice(this.first);
      this.first = 0;
    }
  }
}
