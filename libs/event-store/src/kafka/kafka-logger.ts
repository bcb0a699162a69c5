// kafkajs says at ERROR what happens every day. The adapter reports outages and restarts itself, so most of it is for debugging only.
import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { KafkaLog } from './kafka-options.js';

/** Ordinary weather: brokers that go and come, groups that deal partitions anew, requests that are tried again, consumers that are stopped. */
const EVERYDAY: readonly RegExp[] = [
  /^connection (error|timeout)/i,
  /^closed connection/i,
  /^failed to (connect|send messages)/i,
  /^request .* timed out/i,
  /^response /i, // 'Response X', of every answer that says no; the caller handles it
  /^(crash|restarting the consumer|stopped|starting)\b/i,
  /rebalanc|re-joining|resync group|not aware of this member|coordinator|joined the group/i,
  /leadership election|does not host this topic|not the leader|not the correct|fenced/i,
  /producer is disconnected|client-side throttling|^metadata/i,
  /^limiting retries for the idempotent producer/i, // kafka-producer.ts says why that is safe here
  /^(pausing|resuming) fetching/i,
];

/** Fields that hold names, numbers and places, nothing out of a message. */
const SAFE = ['groupId', 'topic', 'partition', 'broker', 'error', 'retryCount'] as const;

/** For `new Kafka({ logCreator })`. */
export function kafkaLogCreator(log: KafkaLog): logCreator {
  return () => (entry) => {
    const line = lineOf(entry);
    if (isWorthAWarning(entry)) log.warn(line);
    else log.debug(line);
  };
}

function isWorthAWarning({ level, log: { message } }: LogEntry): boolean {
  return level <= logLevel.WARN && !EVERYDAY.some((pattern) => pattern.test(message));
}

function lineOf({ namespace, log }: LogEntry): string {
  const details = SAFE.filter((name) => ['string', 'number'].includes(typeof log[name])).map(
    (name) => `${name}=${String(log[name])}`,
  );
  return [`kafkajs ${namespace}: ${log.message}`, ...details].join(' ');
}
