// Who asked, why, and because of what: travels with the call, so that nobody passes it by hand and no event goes without it.
import { Ambient } from './ambient.js';
import { deterministicId } from './clock.js';
import type { EventMetadata } from './event.js';

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

export class MessageContext {
  private steps = new Map<string, number>();
  private children = 0;
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
    const step = this.steps.get(stream) ?? 0;
    this.steps.set(stream, step + 1);
    return step;
  }

  /** Whether {@link nextStep} has given out this number. */
  hasReached(stream: string, step: number): boolean {
    return step < (this.steps.get(stream) ?? 0);
  }

  /** Id for the next command sent from here: the same on every redelivery; undefined when nothing durable caused this call. */
  nextChildId(): string | undefined {
    const seed = this.init.seed ?? this.init.command?.id;
    return seed === undefined ? undefined : deterministicId(seed, 'child', this.children++);
  }

  /** For units of work: what it returns takes back all numbers given out since, so that work that runs again decides under the same ids. */
  mark(): () => void {
    const { children } = this;
    const steps = new Map(this.steps);
    return () => {
      this.steps = new Map(steps);
      this.children = children;
    };
  }
}

const ambient = new Ambient<MessageContext>();
