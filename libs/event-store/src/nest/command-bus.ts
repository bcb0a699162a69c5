// Nest's CommandBus with a message context: every command has an id, and everything it records says who asked, why, and because of what.
import { AsyncContext, CommandBus as NestCommandBus, type Command } from '@nestjs/cqrs';
import {
  ConfigurationError,
  contentHash,
  currentTransaction,
  DomainError,
  inSpan,
  measured,
  MessageContext,
  meter,
  spanAttributes,
  splitStream,
  storeMetrics,
  systemClock,
  systemIds,
  TooManyConflictsError,
  WrongExpectedVersionError,
  type Class,
  type Ending,
  type MessageContextInit,
  type SpanInit,
} from '../core/index.js';
import { commandContext } from './pipeline/command-middleware.js';
import { passThrough, type CommandPipeline } from './pipeline/command-pipeline.js';

export interface CommandOptions {
  /** UUID; the same id has its effect once. Default: derived from what caused the command, else new. */
  readonly commandId?: string;
  /** Who asks, e.g. `customer:alice`. Default: whoever asked for what caused this. */
  readonly actor?: string;
  /** Why, in a fixed word or an operator's: it is never encrypted, and all that follows carries it. */
  readonly reason?: string;
}

export class CommandBus extends NestCommandBus {
  private readonly pipelines = new Map<Class, CommandPipeline>();

  private isOpen = false;

  /** What commands pass through on their way to their handlers, told once at boot: nothing is executed before. */
  open(pipelines: Iterable<readonly [Class, CommandPipeline]>): void {
    for (const [command, pipeline] of pipelines) this.pipelines.set(command, pipeline);
    this.isOpen = true;
  }

  /**
   * Runs the command through its pipeline to its handler, all of it in a {@link MessageContext} of its own.
   * @throws DomainError the rejection of the handler, or of what stands before it; @throws CommandIdReusedError the id came with another command before.
   * @throws ConfigurationError during the boot: nothing could stand before the handler yet.
   */
  override async execute<R = void>(command: Command<R>, options: CommandOptions | AsyncContext = {}): Promise<R> {
    if (options instanceof AsyncContext) return this.executeIn(contextFor(command, {}), command, options);
    return this.executeIn(contextFor(command, options), command);
  }

  /** {@link execute} in a context made by {@link contextFor}, for who asks it afterwards how far the command came. */
  async executeIn<R = void>(context: MessageContext, command: Command<R>, asyncContext?: AsyncContext): Promise<R> {
    if (!this.isOpen) throw new ConfigurationError(tooEarly(command.constructor.name));
    return inSpan(
      () => spanOf(context),
      (span) => {
        if (span) context.continueTrace(span.traceparent);
        return measured(
          storeMetrics.commandDuration,
          (ending) => ({ command: context.command!.type, outcome: outcomeOf(ending) }),
          () => this.executeTraced(context, command, asyncContext),
        );
      },
      context.traceparent,
    );
  }

  private executeTraced<R>(context: MessageContext, command: Command<R>, asyncContext?: AsyncContext): Promise<R> {
    const { steps, attempts } = this.pipelineOf(command);
    let takeBack: (() => void) | undefined;
    const handle = async (): Promise<R> => {
      for (let attempt = 1; ; attempt += 1) {
        // The numbers of the attempt before are given out again: the same decisions get the same ids.
        if (takeBack) takeBack();
        else takeBack = context.mark();
        try {
          return await super.execute(command, asyncContext);
        } catch (error) {
          if (attempts === 1 || !(error instanceof WrongExpectedVersionError) || currentTransaction()) throw error;
          if (attempt >= attempts) throw new TooManyConflictsError(error.stream, attempt, error);
          meter()?.add(storeMetrics.conflictRetries, { category: splitStream(error.stream).category });
          await systemClock.sleep(systemIds.random() * Math.min(100, 2 ** attempt));
        }
      }
    };
    return MessageContext.run(context, () =>
      steps.length === 0 ? handle() : passThrough(steps, command, commandContext(context), handle),
    );
  }

  /** Nest hands a command of a derived class to the handler of the class it derives from: it has to pass what stands before that. */
  private pipelineOf(command: object): CommandPipeline {
    for (let type: unknown = command.constructor; type; type = Object.getPrototypeOf(type)) {
      const pipeline = this.pipelines.get(type as Class);
      if (pipeline) return pipeline;
    }
    return direct;
  }
}

function tooEarly(command: string): string {
  return `${command} was executed while the service boots, before what stands before its handler is in place: it would not be validated or authorised. Execute it once app.init() or app.listen() has resolved.`;
}

function outcomeOf(ending: Ending<unknown>): 'accepted' | 'rejected' | 'failed' {
  if ('result' in ending) return 'accepted';
  return ending.error instanceof DomainError ? 'rejected' : 'failed';
}

function spanOf({ command }: MessageContext): SpanInit {
  const { id, type } = command!;
  const attributes = { [spanAttributes.commandType]: type, [spanAttributes.commandId]: id };
  return { name: `execute ${type}`, attributes };
}

/** Inherits from the context of the caller. */
export function contextFor(command: object, { commandId, actor, reason }: CommandOptions): MessageContext {
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
      contentHash: contentHash({ type, data: { ...command } }),
    },
  };
  return new MessageContext(init);
}

/** Of a command that boot has not been told of: Nest says that nobody handles it. */
const direct: CommandPipeline = { steps: [], attempts: 1 };
