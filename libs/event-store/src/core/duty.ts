// What a call is made for. Connections are divided by it: what requests use up, subscriptions and health do not miss.
import { AsyncLocalStorage } from 'node:async_hooks';

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

const ambient = new AsyncLocalStorage<Duty>();

export function currentDuty(): Duty {
  return ambient.getStore() ?? 'requests';
}

/** `work`, and all that it starts. */
export function onDuty<T>(duty: Duty, work: () => T): T {
  return ambient.run(duty, work);
}
