// Everything the checker looks at in one service's database, read once through a port: the checks themselves are pure.

/** Every statement of the checker casts its columns to text, so that any driver and any type parser give the same. */
export type Row = Readonly<Record<string, string | null>>;

/** Runs one statement with `$1` … parameters. The caller brings the driver. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

export interface EventRow {
  readonly position: bigint;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  /** The command whose decision it is, where there was one. */
  readonly commandId: string | undefined;
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
  readonly reason: string;
}

export interface InboundRow {
  readonly position: bigint;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
}

export interface UnreadableRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reasonCode: string;
}

export interface OutgoingRow {
  readonly position: bigint;
  readonly id: string;
  readonly key: string;
  readonly type: string;
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
}

export async function readServiceState(service: string, query: Query): Promise<ServiceState> {
  const events = await query(
    `SELECT position::text, id::text, stream, version::text, type, metadata->>'commandId' AS command_id
       FROM event_store.events ORDER BY events.position`,
  );
  const subscriptions = await query(`SELECT name, log, log_epoch, position::text FROM event_store.subscriptions`);
  const setAside = await query(
    `SELECT subscription, log, position::text, message_id, type, key, status, reason
       FROM event_store.parked_messages ORDER BY parked_messages.position`,
  );
  const inbound = await query(
    `SELECT position::text, id, topic, key, type FROM event_store.inbound_messages ORDER BY inbound_messages.position`,
  );
  const unreadable = await query(
    `SELECT topic, partition::text, "offset", reason_code FROM event_store.unreadable_messages ORDER BY id`,
  );
  const outgoing = await query(
    `SELECT position::text, id::text, key, type FROM event_store.outgoing_commands ORDER BY outgoing_commands.position`,
  );
  const commands = await query(
    `SELECT id::text, stream, step::text, type, outcome, first_version::text, version::text FROM event_store.commands`,
  );
  return {
    service,
    events: events.map((row) => ({
      position: position(row),
      id: text(row, 'id'),
      stream: text(row, 'stream'),
      version: Number(row['version']),
      type: text(row, 'type'),
      commandId: optionalText(row, 'command_id'),
    })),
    subscriptions: subscriptions.map((row) => ({
      name: text(row, 'name'),
      log: text(row, 'log') as SubscriptionRow['log'],
      logEpoch: text(row, 'log_epoch'),
      position: position(row),
    })),
    setAside: setAside.map((row) => ({
      subscription: text(row, 'subscription'),
      log: text(row, 'log'),
      position: position(row),
      messageId: text(row, 'message_id'),
      type: text(row, 'type'),
      key: text(row, 'key'),
      status: text(row, 'status') as SetAsideRow['status'],
      reason: text(row, 'reason'),
    })),
    inbound: inbound.map((row) => ({
      position: position(row),
      id: text(row, 'id'),
      topic: text(row, 'topic'),
      key: text(row, 'key'),
      type: text(row, 'type'),
    })),
    unreadable: unreadable.map((row) => ({
      topic: text(row, 'topic'),
      partition: Number(row['partition']),
      offset: text(row, 'offset'),
      reasonCode: text(row, 'reason_code'),
    })),
    outgoing: outgoing.map((row) => ({
      position: position(row),
      id: text(row, 'id'),
      key: text(row, 'key'),
      type: text(row, 'type'),
    })),
    commands: commands.map((row) => ({
      id: text(row, 'id'),
      stream: text(row, 'stream'),
      step: Number(row['step']),
      type: text(row, 'type'),
      outcome: text(row, 'outcome') as CommandRow['outcome'],
      firstVersion: optionalNumber(row, 'first_version'),
      version: optionalNumber(row, 'version'),
    })),
  };
}

/** @throws Error when the column is NULL or missing. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`Column ${column} is ${String(value)}, expected text.`);
  return value;
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] ?? undefined;
}

function optionalNumber(row: Row, column: string): number | undefined {
  const value = optionalText(row, column);
  return value === undefined ? undefined : Number(value);
}

function position(row: Row): bigint {
  return BigInt(text(row, 'position'));
}
