// Nest's CommandBus with a message context: every command has an id, and everything it records says who asked, why, and because of what.
import { AsyncContext, CommandBus as NestCommandBus, type Command } from '@nestjs/cqrs';
import {
  contentHash,
  currentTransaction,
  MessageContext,
  systemClock,
  systemIds,
  TooManyConflictsError,
  WrongExpectedVersionError,
  type Class,
  type MessageContextInit,
} from '../core/index.js';

export interface CommandOptions {
  /** UUID; the same id has its effect once. Default: derived from what caused the command, else new. */
  readonly commandId?: string;
  /** Who asks, e.g. `customer:alice`. Default: whoever asked for what caused this. */
  readonly actor?: string;
  /** Why, in the words of whoever asks. */
  readonly reason?: string;
}

export class CommandBus extends NestCommandBus {
  private readonly attempts = new Map<Class, number>();

  /** How often a command is run in all when other writers were first, see `@RetryOnConflict`. */
  retryOnConflict(command: Class, attempts: number): void {
    this.attempts.set(command, attempts);
  }

  /**
   * Runs the command's handler in a {@link MessageContext} of its own.
   * @throws DomainError the handler's rejection; @throws CommandIdReusedError the id came with another command before.
   */
  override async execute<R = void>(command: Command<R>, options: CommandOptions | AsyncContext = {}): Promise<R> {
    const { commandId, actor, reason } = options instanceof AsyncContext ? ({} as CommandOptions) : options;
    const cause = MessageContext.current();
    const inherited = cause?.inherited ?? { correlationId: systemIds.next() };
    const type = command.constructor.name;
    const init: MessageContextInit = {
      ...inherited,
      actor: actor ?? inherited.actor,
      reason: reason ?? inherited.reason,
      command: {
        id: commandId ?? cause?.nextChildId() ?? systemIds.next(),
        type,
        contentHash: contentHash({ type, data: { ...(command as object) } }),
      },
    };
    const asyncContext = options instanceof AsyncContext ? options : undefined;
    const attempts = this.attempts.get(command.constructor as Class) ?? 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        // A context of its own for each attempt: the same decisions get the same ids.
        return await MessageContext.run(new MessageContext(init), async () => super.execute(command, asyncContext));
      } catch (error) {
        if (attempts === 1 || !(error instanceof WrongExpectedVersionError) || currentTransaction()) throw error;
        if (attempt >= attempts) throw new TooManyConflictsError(error.stream, attempt, error);
        await systemClock.sleep(systemIds.random() * Math.min(100, 2 ** attempt));
      }
    }
  }
}
