// What is set aside of the keys that one unit of work meets. Each key is looked up once: within the unit nothing is added that it does not do itself.
import type { SetAsides } from './set-asides.js';

export class HeldKeys {
  private readonly places = new Map<string, string | undefined>();

  constructor(private readonly aside: SetAsides) {}

  /** The key to stand behind, of the first of `keys` that has something set aside; undefined when none has. */
  async placeBehind(keys: readonly string[]): Promise<string | undefined> {
    const unknown = keys.filter((key) => !this.places.has(key));
    const held = await this.aside.heldAmong(unknown);
    for (const key of unknown) this.places.set(key, held.get(key));
    return keys.map((key) => this.places.get(key)).find((place) => place !== undefined);
  }
}
