// Names of what spans carry. Those of messaging are OpenTelemetry's (semantic conventions for messaging, 1.36 and later); ours begin with event_store.
export const spanAttributes = {
  messagingSystem: 'messaging.system',
  messagingOperation: 'messaging.operation.type',
  messagingOperationName: 'messaging.operation.name',
  messagingDestination: 'messaging.destination.name',
  messagingConsumerGroup: 'messaging.consumer.group.name',
  messagingBatchSize: 'messaging.batch.message_count',
  messagingMessageId: 'messaging.message.id',
  /** `order-0198…`. */
  stream: 'event_store.stream',
  /** Of the stream: after a load or an append. */
  version: 'event_store.stream.version',
  eventsRead: 'event_store.events.read',
  eventsAppended: 'event_store.events.appended',
  /** Whether the store knew the command already and gave its first answer. */
  repeated: 'event_store.repeated',
  subscription: 'event_store.subscription',
  log: 'event_store.log',
  position: 'event_store.position',
  recordType: 'event_store.record.type',
  commandType: 'event_store.command.type',
  commandId: 'event_store.command.id',
  /** Code of the domain error: a rejection is an answer, not a failure. */
  rejection: 'event_store.command.rejection',
} as const;
