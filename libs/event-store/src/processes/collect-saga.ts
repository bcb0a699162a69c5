// Runs a Nest saga for one event: a fresh pipeline each time, so that a throw never kills the saga, and nothing it does escapes unhandled.
import { isObservable, ReplaySubject, take, type Observable } from 'rxjs';
import type { Clock } from '../core/index.js';
import { UnsupportedSagaError } from './errors.js';

/** What `@Saga()` decorates. */
export type SagaFunction = (events$: Observable<object>) => Observable<unknown>;

export interface CollectOptions {
  readonly clock: Clock;
  /** Longest time until the stream completes, in milliseconds, default 5,000. */
  readonly deadlineMs?: number;
}

/** More from one event is a loop. Checked while it runs: a synchronous `repeat()` would otherwise never give control back. */
const MAX_COMMANDS = 1_000;

/** The commands the saga answers `event` with, in order. @throws whatever it throws; @throws UnsupportedSagaError */
export function collectSaga(
  saga: SagaFunction,
  event: object,
  { clock, deadlineMs = 5_000 }: CollectOptions,
): Promise<readonly object[]> {
  return new Promise((resolve, reject) => {
    const events$ = new ReplaySubject<object>();
    let ending = false;
    let held = false; // back for more events, as bufferCount, toArray and reduce do
    const commands$: unknown = saga(events$.asObservable()); // a synchronous throw rejects the promise
    if (!isObservable(commands$)) throw new UnsupportedSagaError('did not return an Observable');
    const commands: object[] = [];
    let cancelDeadline: () => void = () => undefined;
    const subscription = commands$.pipe(take(MAX_COMMANDS + 1)).subscribe({
      next: (command) => {
        held ||= ending;
        if (isCommand(command)) commands.push(command);
        else reject(new UnsupportedSagaError(`emitted ${describe(command)} instead of a command`));
      },
      error: (error: unknown) => {
        cancelDeadline();
        // The runner decides by the error itself what becomes of the record.
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors
        reject(error);
      },
      complete: () => {
        cancelDeadline();
        if (commands.length > MAX_COMMANDS)
          reject(new UnsupportedSagaError(`answered one event with more than ${MAX_COMMANDS} commands`));
        else if (held) reject(new UnsupportedSagaError('answered only when no more events could come'));
        else resolve(commands);
      },
    });
    events$.next(event);
    ending = true;
    events$.complete();
    ending = false;
    if (subscription.closed) return;
    cancelDeadline = clock.after(deadlineMs, () => {
      reject(new UnsupportedSagaError(`did not complete within ${deadlineMs} ms`));
      try {
        subscription.unsubscribe();
      } catch {
        // A finalizer that throws has nothing to add: the record has failed already.
      }
    });
  });
}

function isCommand(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value.constructor === 'function' && value.constructor !== Object;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'a plain object' : typeof value;
}
