// What a parked record looks like on the dead-letter topic: as it came, with headers that say why it was parked.
import type { LogRecord } from '../core/index.js';
import { codeOfReason } from '../subscriptions/index.js';
import type { BrokerMessage } from './broker.js';
import type { ClaimedLetter, DeadLetter } from './dead-letters.js';
import { storable } from './read-message.js';

/** Enough for every sentence of ours; a stack or a page of HTML is cut, in UTF-16 units. */
const LONGEST_REASON = 1_000;

interface Content {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** Why there is no value. */
  readonly absent: string;
}

export interface DeadLetterContext {
  readonly topic: string;
  readonly service: string;
  /** What operators call it: `order-service/order-summary/events/17`. */
  readonly ref: string;
  /** What the log holds there, data as stored; undefined when it no longer has it, and for unreadable messages. */
  readonly record: LogRecord | undefined;
}

/**
 * The forms in which to offer it to the broker, the next one when the one before was refused: whole; without the payload; and without anything
 * of its own.
 */
export function deadLetterForms({ letter }: ClaimedLetter, context: DeadLetterContext): readonly BrokerMessage[] {
  const { topic, ref } = context;
  const { key, headers, value, absent } = letter.kind === 'record' ? contentOf(context.record) : received(letter);
  const told = { ...why(letter), 'dead-letter-id': ref, 'dead-letter-service': context.service };
  const nothing = Buffer.alloc(0);
  const without = `the payload of ${value?.length ?? 0} bytes: the broker refused it`;
  const leftOut = (what: string) => ({ ...told, 'dead-letter-left-out': what });
  const whole =
    value === null
      ? { topic, key: key ?? ref, headers: { ...headers, ...leftOut(absent) }, value: nothing }
      : { topic, key: key ?? ref, headers: { ...headers, ...told }, value };
  return [
    whole,
    { topic, key: key ?? ref, headers: { ...headers, ...leftOut(without) }, value: nothing },
    { topic, key: ref, headers: leftOut(`key, headers and ${without}`), value: nothing },
  ];
}

function why(letter: DeadLetter): Record<string, string> {
  if (letter.kind === 'unreadable') {
    const { message, reasonCode, detail } = letter.message;
    return {
      'dead-letter-code': reasonCode,
      'dead-letter-reason': storable(detail.slice(0, LONGEST_REASON)),
      'dead-letter-attempts': '1',
      'dead-letter-subscription': 'inbox',
      'dead-letter-parked-at': letter.receivedAt.toISOString(),
      'dead-letter-place': `${message.topic}/${message.partition}@${message.offset}`,
    };
  }
  const { reason, attempts, name, log, position, parkedAt } = letter.message;
  return {
    'dead-letter-code': codeOfReason(reason),
    'dead-letter-reason': storable(reason.slice(0, LONGEST_REASON)),
    'dead-letter-attempts': String(attempts),
    'dead-letter-subscription': name,
    'dead-letter-parked-at': parkedAt.toISOString(),
    'dead-letter-place': `${log}/${position}`,
  };
}

function received({ message: { message } }: Extract<DeadLetter, { kind: 'unreadable' }>): Content {
  const { key, headers, value } = message;
  return { key, headers, value, absent: 'nothing: it came without a payload' };
}

/** Who asked (the actor) stays inside: it may name a person. */
function contentOf(record: LogRecord | undefined): Content {
  if (!record) return { key: null, headers: {}, value: null, absent: 'everything: the log no longer has this record' };
  const { id, key, type, version, time, data } = record;
  const { correlationId, causationId, traceparent } = record.metadata;
  return {
    key,
    headers: {
      ce_id: id,
      ce_type: type,
      ce_time: time.toISOString(),
      ce_subject: key,
      'content-type': 'application/json',
      ce_correlationid: correlationId,
      ...(causationId && { ce_causationid: causationId }),
      ...(version > 0 && { ce_streamversion: String(version) }),
      ...(traceparent && { traceparent }),
    },
    value: Buffer.from(JSON.stringify(data), 'utf8'),
    absent: '',
  };
}
