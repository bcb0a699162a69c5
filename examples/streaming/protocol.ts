// What the story and its members tell each other, over the channel that Node opens to a child process.
import type { BrokerPlace } from './broker-at.js';

export const TOPIC = { name: 'example.parcels', partitions: 4 };
export const GROUP = 'example-readers';

export type ToMember =
  | { readonly say: 'begin'; readonly member: string; readonly place: BrokerPlace }
  /** The story has written down what was handled. */
  | { readonly say: 'noted'; readonly ticket: number }
  | { readonly say: 'stop' };

/** A member has handled a message; it goes on when it hears that this was noted. */
export interface Handled {
  readonly ticket: number;
  readonly key: string;
  readonly number: number;
}
