import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { kafkaLogCreator } from './kafka-logger.js';

function entry(level: logLevel, message: string, more: object = {}): LogEntry {
  return { namespace: 'Runner', level, label: '', log: { timestamp: '', logger: 'kafkajs', message, ...more } };
}

function logged(...entries: LogEntry[]) {
  const lines: [string, string][] = [];
  const log = kafkaLogCreator({
    debug: (line) => void lines.push(['debug', line]),
    log: (line) => void lines.push(['log', line]),
    warn: (line) => void lines.push(['warn', line]),
  })(logLevel.INFO);
  for (const one of entries) log(one);
  return lines;
}

describe("kafkajs' log", () => {
  it.each([
    'Connection error: connect ECONNREFUSED 127.0.0.1:9092',
    'Closed connection',
    'Failed to connect to seed broker, trying another broker from the list: Connection timeout',
    'The group is rebalancing, re-joining',
    'The coordinator is not aware of this member, re-joining the group',
    'Response Heartbeat(key: 12, version: 3)',
    'Crash: KafkaJSNumberOfRetriesExceeded: The group coordinator is not available',
    'Request Produce(key: 0, version: 7) timed out',
    'There is no leader for this topic-partition as we are in the middle of a leadership election',
    'Limiting retries for the idempotent producer may invalidate EoS guarantees',
  ])('is for debugging only when it says "%s"', (message) => {
    expect(logged(entry(logLevel.ERROR, message))).toEqual([['debug', `kafkajs Runner: ${message}`]]);
  });

  it('warns of what is not expected, and is quiet about what is for information', () => {
    const said = logged(entry(logLevel.ERROR, 'Invalid fetch response'), entry(logLevel.INFO, 'Something happened'));
    expect(said.map(([level]) => level)).toEqual(['warn', 'debug']);
  });

  it('names places, and leaves out whatever else kafkajs knows', () => {
    const more = {
      groupId: 'g',
      topic: 't',
      partition: 3,
      payload: 'content',
      error: new Error('content'),
      stack: 'content',
    };
    expect(logged(entry(logLevel.ERROR, 'Strange', more))).toEqual([
      ['warn', 'kafkajs Runner: Strange groupId=g topic=t partition=3'],
    ]);
  });

  it('hears all that kafkajs says', () => {
    const lines: string[] = [];
    const hear = (line: string): void => void lines.push(line);
    const logCreator = kafkaLogCreator({ debug: hear, log: hear, warn: hear });
    new Kafka({ brokers: ['nowhere:1'], logCreator }).logger().error('Hello');
    expect(lines).toEqual([expect.stringContaining('Hello')]);
  });
});
