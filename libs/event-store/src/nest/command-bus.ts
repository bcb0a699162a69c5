// Nest's CommandBus with a message context: every command has an id, and everything it records says who asked, why, and because of what.
import { AsyncContext, CommandBus as NestCommandBus, type Command } from '@nestjs/cqrs';
import { contentHash, MessageContext, systemIds } from '../core/index.js';

export interface CommandOptions {
  /** UUID; the same id has its effect once. Default: derived from what caused the command, else new. */
  readonly commandId?: string;
  /** Who asks, e.g. `customer:alice`. Default: whoever asked for what caused this. */
  readonly actor?: string;
  /** Why, in the words of whoever asks. */
  readonly reason?: string;
}

export class CommandBus extends NestCommandBus {
  /**
   * Runs the command's handler in a {@link MessageContext} of its own.
   * @throws DomainError the handler's rejection; @throws CommandIdReusedError the id came with another command before.
   */
  override async execute<R = void>(command: Command<R>, options: CommandOptions | AsyncContext = {}): Promise<R> {
    const { commandId, actor, reason } = options instanceof AsyncContext ? ({} as CommandOptions) : options;
    const cause = MessageContext.current();
    const inherited = cause?.inherited ?? { correlationId: systemIds.next() };
    const type = command.constructor.name;
    const context = new MessageContext({
      ...inherited,
      actor: actor ?? inherited.actor,
      reason: reason ?? inherited.reason,
      command: {
        id: commandId ?? cause?.nextChildId() ?? systemIds.next(),
        type,
        contentHash: contentHash({ type, data: { ...(command as object) } }),
      },
    });
    const asyncContext = options instanceof AsyncContext ? options : undefined;
    return MessageContext.run(context, async () => super.execute(command, asyncContext));
  }
}
