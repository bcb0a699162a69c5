// What can be measured: something that appends.
import type { EventToAppend } from '../../libs/event-store/src/core/index.js';

/** Appends `events` to a stream that is at version `before`. */
export type Append = (stream: string, before: number, events: readonly EventToAppend[]) => Promise<unknown>;

export interface Opened {
  readonly append: Append;
  /** True where one append takes one event. */
  readonly oneEventOnly?: boolean;
  close(): Promise<void>;
}
