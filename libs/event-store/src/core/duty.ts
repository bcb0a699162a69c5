// What a call is made for. Connections are divided by it: what requests use up, subscriptions and health do not miss.
import { Ambient } from './ambient.js';

export type Duty =
  /** Whatever nobody says anything else of. */
  | 'requests'
  /** Subscriptions, timers and the inbox. */
  | 'subscriptions'
  /** Code of the service that may wait for others while it holds a unit of work: handlers of events, and of commands that were sent. */
  | 'handlers'
  | 'health'
  /** Reads the figures a scrape shows; never what anybody waits for. */
  | 'metrics';

const ambient = new Ambient<Duty>();

export function currentDuty(): Duty {
  return ambient.current ?? 'requests';
}

/** `work`, and all that it starts. */
export function onDuty<T>(duty: Duty, work: () => T): T {
  return ambient.run(duty, work);
}
