// Sends stored commands to their handlers. Each carries its id, so that a repeat after a crash finds its first result instead of deciding again.
import { DomainError, failpoint, type EventMetadata, type LogRecord } from '../core/index.js';
import type { ConcurrentSubscription, RetryPolicy } from '../subscriptions/index.js';

/** A command as it was stored; `CommandRegistry.decode` makes it an instance of its class. */
export interface StoredCommand {
  readonly id: string;
  /** `<saga or process>/<key of the cause, or id of the process>` */
  readonly key: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

export interface CommandDispatchOptions {
  /** Default `command-dispatch`. */
  readonly name?: string;
  /** Executes under the command's own id, so that the same id has its effect once. */
  readonly execute: (command: StoredCommand) => Promise<void>;
  /**
   * A business rejection is an answer: recorded with the command, never retried, and told here, for a log and for the process that sent it.
   * The command is done only after this; it may be told again.
   */
  readonly onRejected?: (command: StoredCommand, rejection: DomainError) => unknown;
  /**
   * Whether a rejection of this command was told before: it is not executed again, because whoever was told acts on it. A rejection that its
   * handler has not recorded with the command might turn into a success otherwise.
   */
  readonly wasRejected?: (command: StoredCommand) => Promise<boolean>;
  /** Keys side by side, default 16. */
  readonly concurrency?: number;
  /** Default: {@link dispatchRetryPolicy}. */
  readonly retry?: Partial<RetryPolicy>;
}

/** The decision is made and somebody waits for its effect: it goes on for 13 to 26 minutes while a gateway is away. */
export const dispatchRetryPolicy: RetryPolicy = { maxAttempts: 60, firstDelayMs: 200, maxDelayMs: 30_000 };

/** Every command is executed at least once and under its own id, so what its handler appends happens once. */
export function commandDispatchSubscription(options: CommandDispatchOptions): ConcurrentSubscription {
  const { name = 'command-dispatch', execute, onRejected, wasRejected, concurrency, retry } = options;
  return {
    delivery: 'concurrent',
    name,
    log: 'outgoing',
    start: 'beginning',
    wants: () => true,
    retry: { ...dispatchRetryPolicy, ...retry },
    ...(concurrency !== undefined && { concurrency }),
    async handle({ id, key, type, data, metadata }: LogRecord) {
      failpoint('process.afterCommitBeforeDispatch');
      const command = { id, key, type, data, metadata };
      if (await wasRejected?.(command)) return;
      // Commands of a process are executed in order, so by now it is known whether there is anything to take back.
      if (metadata.undoes !== undefined && (await wasRejected?.({ ...command, id: metadata.undoes }))) return;
      try {
        await execute(command);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        await onRejected?.(command, error);
      }
    },
  };
}
