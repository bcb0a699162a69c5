// Names of what the library measures, told by its engines or read when somebody scrapes. Those of messaging and of connections are OpenTelemetry's
// (semantic conventions 1.36 and later) in Prometheus' spelling; ours begin with event_store. docs/reference/metrics.md is made from here.
import { counter, gauge, histogram } from './metric.js';

const topic = 'messaging_destination_name';
const pool = 'db_client_connection_pool_name';

export const storeMetrics = {
  appendDuration: histogram(
    'event_store_append_duration_seconds',
    ['category', 'outcome'],
    'Appends by aggregates and how long each took. Outcome: `appended`; `repeated`, it was stored before; `conflict`, another writer was first; `failed`.',
  ),
  eventsAppended: counter('event_store_events_appended_total', ['type'], 'Events stored, by their type.'),
  conflictRetries: counter(
    'event_store_conflict_retries_total',
    ['category'],
    'Decisions made again on fresh state because another writer was first.',
  ),
  commandDuration: histogram(
    'event_store_command_duration_seconds',
    ['command', 'outcome'],
    'Commands and how long each took, all attempts included. Outcome: `accepted`; `rejected`, an answer and no failure; `failed`.',
  ),

  handlingDuration: histogram(
    'event_store_handling_duration_seconds',
    ['subscription', 'outcome'],
    'Calls of handlers, sagas, processes, projections and publishers, and how long each took. Outcome: `handled` or `failed`. A publisher handles a batch in one call; of a saga that sends something the decision and its storing are a call each.',
  ),
  recordRetries: counter(
    'event_store_record_retries_total',
    ['subscription', 'reason'],
    'Records set aside for another attempt, by the code of the error.',
  ),
  recordsParked: counter(
    'event_store_records_parked_total',
    ['subscription', 'reason'],
    'Records parked for good, by the code of the error.',
  ),
  recordsSkipped: counter(
    'event_store_records_skipped_total',
    ['subscription'],
    'Records of a type this build does not know, passed over because the subscription says so.',
  ),
  leaseChanges: counter(
    'event_store_lease_changes_total',
    ['subscription', 'change'],
    'Leases of subscriptions and of their segments: `taken`, `returned`, or `lost` to another replica.',
  ),

  messagesSent: counter(
    'messaging_client_sent_messages_total',
    ['messaging_system', topic, 'outcome'],
    'Messages handed to the broker. Outcome: `sent`; `refused`, for a reason of the message; `failed`, the broker could not be reached, and they go again.',
  ),
  sendDuration: histogram(
    'messaging_client_operation_duration_seconds',
    ['messaging_system', topic, 'messaging_operation_name'],
    'How long it took until the broker had a batch. Operation: `send`.',
  ),
  messagesReceived: counter(
    'messaging_client_consumed_messages_total',
    ['messaging_system', topic],
    'Messages received and put into the inbox or aside, copies included.',
  ),
  inboxDuplicates: counter(
    'event_store_inbox_duplicates_total',
    [topic],
    'Messages that had come before, and had no effect again.',
  ),
  inboxUnreadable: counter(
    'event_store_inbox_unreadable_total',
    [topic, 'reason'],
    'Messages put aside because nobody could read them. Reason `unknown-type`: this build does not know the type.',
  ),

  settledLagEvents: gauge(
    'event_store_settled_lag_events',
    ['log'],
    'Positions of a log that are written and not settled, because an open transaction has drawn one before them.',
  ),
  settledLagSeconds: gauge(
    'event_store_settled_lag_seconds',
    ['log'],
    'How long the settled position of a log has been held back. 0: it is not.',
  ),
  subscriptionLagEvents: gauge(
    'event_store_subscription_lag_events',
    ['subscription', 'log', 'kind'],
    'Positions of the log after the checkpoint: events to go at most, because some positions were drawn and never used. Kind `publisher`: the relay; `reader`: all others.',
  ),
  subscriptionLagSeconds: gauge(
    'event_store_subscription_lag_seconds',
    ['subscription', 'log', 'kind'],
    'Age of the first record after the checkpoint, 0 where there is none. Kind `publisher`: of the oldest event that is not published; `reader`: all others.',
  ),
  subscriptionState: gauge(
    'event_store_subscription_state',
    ['subscription', 'log', 'state'],
    'What a subscription does in this replica now: 1 for its state, which is `starting`, `waiting-for-lease`, `running`, `backing-off`, `stopped`, `draining` or `ended`.',
  ),
  consumerLag: gauge(
    'messaging_consumer_lag_messages',
    [topic, 'messaging_consumer_group_name'],
    'Messages of a topic that the service has not received yet.',
  ),
  parkedRecords: gauge(
    'event_store_parked_records',
    ['subscription', 'status', 'reason'],
    'Records set aside now: `parked` for good, `waiting` for another attempt, or `behind` one of their key. Counted up to 100,000.',
  ),
  unreadableMessages: gauge(
    'event_store_unreadable_messages',
    [topic, 'reason'],
    'Messages nobody could read, put aside and not dealt with yet. Reason `id-reused`: an id that came before with other content. Counted up to 100,000.',
  ),
  deadLettersWaiting: gauge(
    'event_store_dead_letters_waiting',
    [],
    'Parked records and unreadable messages that are not mirrored to the dead-letter topic yet, where there is one.',
  ),
  processes: gauge(
    'event_store_processes',
    ['process', 'status'],
    'Processes: `running` or `completed`. Counted once a minute.',
  ),
  timersDue: gauge('event_store_timers_due', ['process'], 'Timers that are due and have not fired.'),
  timersOverdue: gauge(
    'event_store_timers_overdue_seconds',
    ['process'],
    'How long the oldest timer that has not fired has been due.',
  ),
  poolConnections: gauge(
    'db_client_connection_count',
    [pool, 'db_client_connection_state'],
    'Connections to the database by what they are for: `idle` or `used`.',
  ),
  poolMax: gauge('db_client_connection_max', [pool], 'Connections a pool may have.'),
  poolPending: gauge('db_client_connection_pending_requests', [pool], 'Calls that wait for a connection.'),
  notifyUp: gauge(
    'event_store_notify_up',
    [],
    'Whether this replica hears at once of what others write to its database. 0: it does not, and finds it when it looks by itself.',
  ),
  sourceUp: gauge(
    'event_store_metrics_source_up',
    ['source'],
    'Whether the numbers of `database`, `processes`, `settling`, `broker`, and of the sources a context has added, could be read. 0: those gauges are missing from this scrape.',
  ),
} as const;
