// Who asked, why, and because of what: travels with the call, so that nobody passes it by hand and no event goes without it.
import { Ambient } from './ambient.js';
import { deterministicId } from './ids.js';
import type { EventMetadata } from './events/event.js';

export interface MessageContextInit {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly traceparent?: string;
  /** The command being executed. */
  readonly command?: { readonly id: string; readonly type: string; readonly contentHash: string };
  /** Ids of commands sent from here derive from this, so that a redelivery sends the same ones. */
  readonly seed?: string;
}

/** The numbers that a message has given out so far. One object for it, in whosever name it goes on. */
interface GivenOut {
  /** Of decisions, by stream. */
  steps: Map<string, number>;
  children: number;
}

export class MessageContext {
  private givenOut: GivenOut = { steps: new Map(), children: 0 };
  private trace: string | undefined;

  constructor(private readonly init: MessageContextInit) {
    this.trace = init.traceparent;
  }

  /** The context of the running call, or undefined outside any message. */
  static current(): MessageContext | undefined {
    return ambient.current;
  }

  static run<T>(context: MessageContext, work: () => T): T {
    return ambient.run(context, work);
  }

  /**
   * Runs `work` in the name of `actor`, `role:id`: for a handler that knows the role better than the door did. It is the same message all the same, and its
   * decisions and commands go on being counted: counted anew, a second decision on a stream would be taken for a repeat of the first. Outside any message it just runs.
   */
  static as<T>(actor: string, work: () => T): T {
    const { current } = ambient;
    return current ? ambient.run(current.by(actor), work) : work();
  }

  get command() {
    return this.init.command;
  }

  get correlationId() {
    return this.init.correlationId;
  }

  /** What led here: undefined where somebody asked directly. */
  get causationId() {
    return this.init.causationId;
  }

  get actor() {
    return this.init.actor;
  }

  /** W3C trace context of what runs here. */
  get traceparent() {
    return this.trace;
  }

  /** A span has begun here: what is sent and recorded from now on follows from it. */
  continueTrace(traceparent: string): void {
    this.trace = traceparent;
  }

  /** What a message sent from here inherits. */
  get inherited(): Pick<MessageContextInit, 'correlationId' | 'causationId' | 'actor' | 'reason' | 'traceparent'> {
    const { correlationId, causationId, actor, reason, command } = this.init;
    return { correlationId, causationId: command?.id ?? causationId, actor, reason, traceparent: this.trace };
  }

  /** What events recorded here carry. */
  get metadata(): EventMetadata {
    const { command } = this.init;
    return { ...this.inherited, ...(command && { commandId: command.id }) };
  }

  /** The number of this decision on `stream` within the running command: 0, 1, … Deterministic as long as the handler is. */
  nextStep(stream: string): number {
    const { steps } = this.givenOut;
    const step = steps.get(stream) ?? 0;
    steps.set(stream, step + 1);
    return step;
  }

  /** Whether {@link nextStep} has given out this number. */
  hasReached(stream: string, step: number): boolean {
    return step < (this.givenOut.steps.get(stream) ?? 0);
  }

  /** Id for the next command sent from here: the same on every redelivery; undefined when nothing durable caused this call. */
  nextChildId(): string | undefined {
    const seed = this.init.seed ?? this.init.command?.id;
    return seed === undefined ? undefined : deterministicId(seed, 'child', this.givenOut.children++);
  }

  /** For units of work: what it returns takes back all numbers given out since, so that work that runs again decides under the same ids. */
  mark(): () => void {
    const { givenOut } = this;
    const { children } = givenOut;
    const steps = new Map(givenOut.steps);
    return () => {
      givenOut.steps = new Map(steps);
      givenOut.children = children;
    };
  }

  private by(actor: string): MessageContext {
    const context = new MessageContext({ ...this.init, traceparent: this.trace, actor });
    context.givenOut = this.givenOut;
    return context;
  }
}

const ambient = new Ambient<MessageContext>();
