// Sends stored commands to their handlers. Each carries its id, so that a repeat after a crash finds its first result instead of deciding again.
import { DomainError, type EventMetadata, type LogRecord } from '../core/index.js';
import type { ConcurrentSubscription, RetryPolicy } from '../subscriptions/index.js';

/** A command as it was stored; `CommandRegistry.decode` makes it an instance of its class. */
export interface StoredCommand {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: EventMetadata;
}

export interface CommandDispatchOptions {
  /** Default `command-dispatch`. */
  readonly name?: string;
  /** Executes under the command's own id, so that the same id has its effect once. */
  readonly execute: (command: StoredCommand) => Promise<void>;
  /** A business rejection is an answer: recorded with the command, never retried, and told here for a log. */
  readonly onRejected?: (command: StoredCommand, rejection: DomainError) => void;
  /** Keys side by side, default 16. */
  readonly concurrency?: number;
  /** Default: {@link dispatchRetryPolicy}. */
  readonly retry?: Partial<RetryPolicy>;
}

/** The decision is made and somebody waits for its effect: it goes on for 13 to 26 minutes while a gateway is away. */
export const dispatchRetryPolicy: RetryPolicy = { maxAttempts: 60, firstDelayMs: 200, maxDelayMs: 30_000 };

/** Every command is executed at least once and under its own id, so what its handler appends happens once. */
export function commandDispatchSubscription(options: CommandDispatchOptions): ConcurrentSubscription {
  const { name = 'command-dispatch', execute, onRejected, concurrency, retry } = options;
  return {
    delivery: 'concurrent',
    name,
    log: 'outgoing',
    start: 'beginning',
    wants: () => true,
    retry: { ...dispatchRetryPolicy, ...retry },
    ...(concurrency !== undefined && { concurrency }),
    async handle({ id, type, data, metadata }: LogRecord) {
      const command = { id, type, data, metadata };
      try {
        await execute(command);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        onRejected?.(command, error);
      }
    },
  };
}
