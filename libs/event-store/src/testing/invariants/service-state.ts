// Everything the checker looks at in one service's database, read once, so that the checks themselves are pure.

export interface EventRow {
  readonly position: bigint;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  /** The command whose decision it is, where there was one. */
  readonly commandId: string | undefined;
  /** Of its data: `contentHash`, the same for any order of keys. */
  readonly dataHash: string;
}

export interface SubscriptionRow {
  readonly name: string;
  readonly log: 'events' | 'inbound' | 'outgoing';
  readonly logEpoch: string;
  readonly position: bigint;
}

export interface SetAsideRow {
  readonly subscription: string;
  readonly log: string;
  readonly position: bigint;
  readonly messageId: string;
  readonly type: string;
  readonly key: string;
  readonly status: 'waiting' | 'behind' | 'parked';
  readonly attempts: number;
  readonly reason: string;
}

export interface InboundRow {
  readonly position: bigint;
  readonly id: string;
  /** Undefined for a signal: a due timer or a rejected command of the service itself. */
  readonly topic: string | undefined;
  readonly key: string;
  readonly type: string;
  /** What a signal says. */
  readonly signal: SignalContent | undefined;
}

export interface SignalContent {
  readonly process: string;
  readonly id: string;
  /** Of the command that was rejected. */
  readonly commandId: string | undefined;
}

export interface UnreadableRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly reasonCode: string;
  /** For people: what exactly was wrong. */
  readonly detail: string;
  /** As the message had them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What an operator did with it; a replayed one is expected in the inbox. */
  readonly resolution: 'replayed' | 'discarded' | undefined;
}

export interface OutgoingRow {
  readonly position: bigint;
  readonly id: string;
  readonly key: string;
  readonly type: string;
  /** Who decided it: `saga:…`, `process:…`. */
  readonly actor: string | undefined;
}

export interface CommandRow {
  readonly id: string;
  readonly stream: string;
  readonly step: number;
  readonly type: string;
  readonly outcome: 'accepted' | 'unchanged' | 'rejected';
  readonly firstVersion: number | undefined;
  readonly version: number | undefined;
}

export interface ProcessRow {
  readonly process: string;
  readonly id: string;
  readonly status: string;
  readonly stateVersion: number;
}

export interface TimerRow {
  readonly timerId: string;
  readonly process: string;
  readonly id: string;
  readonly name: string;
  /** Milliseconds until it is due on the database's clock; negative when it should have fired already. */
  readonly dueInMs: number;
}

export interface ServiceState {
  readonly service: string;
  /** By position. */
  readonly events: readonly EventRow[];
  readonly subscriptions: readonly SubscriptionRow[];
  readonly setAside: readonly SetAsideRow[];
  /** By position. */
  readonly inbound: readonly InboundRow[];
  readonly unreadable: readonly UnreadableRow[];
  /** By position. */
  readonly outgoing: readonly OutgoingRow[];
  readonly commands: readonly CommandRow[];
  readonly processes: readonly ProcessRow[];
  /** Those that have not fired, the next one first. */
  readonly timers: readonly TimerRow[];
}
