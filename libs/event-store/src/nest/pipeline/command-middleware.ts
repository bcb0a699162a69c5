// What stands between a command and its handler: the seam that a service writes classes for.
import type { Command } from '@nestjs/cqrs';
import type { MessageContext } from '../../core/index.js';

/** Who asks for a command, why, and because of what. */
export interface CommandContext {
  /** The same on every repeat. */
  readonly commandId: string;
  /** `customer:alice`, or `process:checkout` and `saga:<name>` where nobody asked directly. */
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  readonly correlationId: string;
  /** Of the command or event that led here; undefined where somebody asked directly. */
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * An `@Injectable()` class, listed in `EventStoreModule.forFeature({ commandMiddleware })` for the commands of a context, or in
 * `bootstrap(…, { commandMiddleware })` for all. A singleton: one instance sees every command.
 */
export interface CommandMiddleware {
  /**
   * Runs once for each `execute`, repeats included, and never again for a conflict that is retried behind it. `next` goes on to what follows
   * and answers what the handler answers; called again it is the same command again, which gets its first result.
   * A DomainError that is thrown here is a final answer, also to the saga or process that sent the command; any other error is a failure,
   * and a command that was sent is tried again. Return what `next` resolves to, or an answer of its own; await it in any case.
   */
  use<R>(command: Command<R>, context: CommandContext, next: () => Promise<R>): Promise<R>;
}

export function commandContext({ metadata, causationId }: MessageContext): CommandContext {
  const { commandId, correlationId, actor, reason, traceparent } = metadata;
  return { commandId: commandId!, correlationId, causationId, actor, reason, traceparent };
}
