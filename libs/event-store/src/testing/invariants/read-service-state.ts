// Reads one service's database for the checker. Every statement casts its columns to text.
import { contentHash } from '../../core/index.js';
import { optionalNumber, optionalText, position, text, type Query, type Row } from './query.js';
import type {
  CommandRow,
  ServiceState,
  SetAsideRow,
  SignalContent,
  SubscriptionRow,
  UnreadableRow,
} from './service-state.js';

export async function readServiceState(service: string, query: Query): Promise<ServiceState> {
  const events = await query(
    `SELECT position::text, id::text, stream, version::text, type, metadata->>'commandId' AS command_id,
            data::text AS data
       FROM event_store.events ORDER BY events.position`,
  );
  const subscriptions = await query(`SELECT name, log, log_epoch, position::text FROM event_store.subscriptions`);
  const setAside = await query(
    `SELECT subscription, log, position::text, message_id, type, key, status, attempts::text, reason
       FROM event_store.parked_messages ORDER BY parked_messages.position`,
  );
  const inbound = await query(
    `SELECT position::text, id, topic, key, type, CASE WHEN topic IS NULL THEN data->>'process' END AS process,
            data->>'id' AS process_id, data->>'commandId' AS command_id
       FROM event_store.inbound_messages ORDER BY inbound_messages.position`,
  );
  const unreadable = await query(
    `SELECT topic, partition::text, "offset", key, reason_code, detail, headers::text, resolution FROM event_store.unreadable_messages ORDER BY id`,
  );
  const outgoing = await query(
    `SELECT position::text, id::text, key, type, metadata->>'actor' AS actor
       FROM event_store.outgoing_commands ORDER BY outgoing_commands.position`,
  );
  const commands = await query(
    `SELECT id::text, stream, step::text, type, outcome, first_version::text, version::text FROM event_store.commands`,
  );
  const processes = await query(`SELECT process, id, status, state_version::text FROM event_store.processes`);
  const timers = await query(
    `SELECT timer_id::text, process, process_id, name, (extract(epoch FROM due_at - clock_timestamp()) * 1000)::text AS due_in_ms
       FROM event_store.process_timers ORDER BY due_at, process_timers.timer_id`,
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
      dataHash: contentHash(JSON.parse(text(row, 'data'))),
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
      attempts: Number(text(row, 'attempts')),
      reason: text(row, 'reason'),
    })),
    inbound: inbound.map((row) => ({
      position: position(row),
      id: text(row, 'id'),
      topic: optionalText(row, 'topic'),
      key: text(row, 'key'),
      type: text(row, 'type'),
      signal: signalOf(row),
    })),
    unreadable: unreadable.map((row) => ({
      topic: text(row, 'topic'),
      partition: Number(row['partition']),
      offset: text(row, 'offset'),
      key: optionalText(row, 'key'),
      reasonCode: text(row, 'reason_code'),
      detail: text(row, 'detail'),
      headers: JSON.parse(text(row, 'headers')) as UnreadableRow['headers'],
      resolution: optionalText(row, 'resolution') as UnreadableRow['resolution'],
    })),
    outgoing: outgoing.map((row) => ({
      position: position(row),
      id: text(row, 'id'),
      key: text(row, 'key'),
      type: text(row, 'type'),
      actor: optionalText(row, 'actor'),
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
    processes: processes.map((row) => ({
      process: text(row, 'process'),
      id: text(row, 'id'),
      status: text(row, 'status'),
      stateVersion: Number(text(row, 'state_version')),
    })),
    timers: timers.map((row) => ({
      timerId: text(row, 'timer_id'),
      process: text(row, 'process'),
      id: text(row, 'process_id'),
      name: text(row, 'name'),
      dueInMs: Number(text(row, 'due_in_ms')),
    })),
  };
}

/** Undefined for a message. */
function signalOf(row: Row): SignalContent | undefined {
  if (optionalText(row, 'topic') !== undefined) return undefined;
  const process = optionalText(row, 'process') ?? '(none)';
  return { process, id: optionalText(row, 'process_id') ?? '(none)', commandId: optionalText(row, 'command_id') };
}
