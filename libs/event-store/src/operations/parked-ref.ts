// How operators name what is set aside: `order-service/order-summary/events/17`, or `order-service/unreadable/3`.
import { InvalidRequestError, type LogName, type SubscriptionKey } from '../core/index.js';

export type ParkedRef =
  | {
      readonly kind: 'record';
      readonly context: string;
      readonly subscription: SubscriptionKey;
      readonly position: bigint;
    }
  | { readonly kind: 'unreadable'; readonly context: string; readonly id: bigint };

const UNREADABLE = /^([^/]+)\/unreadable\/(\d{1,18})$/;
// A subscription's name may hold slashes; context and log never do.
const RECORD = /^([^/]+)\/(.+)\/(events|inbound|outgoing)\/(\d{1,18})$/;

export function formatRef(ref: ParkedRef): string {
  if (ref.kind === 'unreadable') return `${ref.context}/unreadable/${ref.id}`;
  const { name, log } = ref.subscription;
  return `${ref.context}/${name}/${log}/${ref.position}`;
}

/** @throws InvalidRequestError saying what a reference looks like. */
export function parseRef(text: string): ParkedRef {
  const [, place, id] = UNREADABLE.exec(text) ?? [];
  if (place && id) return { kind: 'unreadable', context: place, id: BigInt(id) };
  const [, context, name, log, position] = RECORD.exec(text) ?? [];
  if (context && name && log && position) {
    return { kind: 'record', context, subscription: { name, log: log as LogName }, position: BigInt(position) };
  }
  throw new InvalidRequestError(
    `'${text}' names no parked record. Expected <context>/<subscription>/<log>/<position> or <context>/unreadable/<number>, as \`parked list\` prints it.`,
  );
}
