// I4 Publish: every event that is meant for others is on its topic, first occurrences per key in version order, copies byte for byte the same.
import { splitStream } from '../../core/index.js';
import { isPlanted, type PlantedPoison } from './poison.js';
import { messageId, placeOf, type PublishedMessage } from './published-messages.js';
import { stateOf, type Publishes, type SystemState } from './topology.js';
import type { ServiceState } from './service-state.js';
import { Findings, groupBy, type Violation } from './violation.js';

/** `planted`: messages on the topics that nobody of us published. */
export function checkPublish(system: SystemState, planted: readonly PlantedPoison[] = []): Violation[] {
  const findings = new Findings('I4');
  const isForeign = foreign(system, planted);
  const published = system.published.filter((message) => !isForeign(message));
  for (const shape of system.shapes) {
    const state = stateOf(system, shape);
    for (const publishes of shape.publishes) {
      const messages = published.filter(({ topic }) => topic === publishes.topic);
      checkEverythingIsThere(state, publishes, messages, findings);
      checkNothingIsInvented(state, publishes, messages, findings);
      checkKeyOrder(publishes, messages, findings);
    }
  }
  checkCopies(published, findings);
  return findings.found;
}

/** Planted under an id of theirs, or found unreadable under a key where something unreadable was planted. */
function foreign({ services }: SystemState, planted: readonly PlantedPoison[]) {
  const ids = new Set(planted.flatMap(({ messageIds = [] }) => messageIds));
  const places = new Set(
    services.flatMap(({ service, unreadable }) =>
      unreadable.filter(({ key }) => isPlanted(planted, 'unreadable', service, key)).map(placeOf),
    ),
  );
  return (message: PublishedMessage): boolean => ids.has(messageId(message)) || places.has(placeOf(message));
}

function checkEverythingIsThere(
  state: ServiceState,
  publishes: Publishes,
  messages: readonly PublishedMessage[],
  findings: Findings,
): void {
  const byCause = groupBy(messages, ({ headers }) => headers['ce_causationid'] ?? '');
  const keyOf = publishes.keyOf ?? (({ stream }) => splitStream(stream).id);
  for (const event of state.events) {
    const type = publishes.types[event.type];
    if (type === undefined) continue;
    const what = `${event.type} ${event.id} (${event.stream} version ${event.version}) of ${state.service}`;
    const found = (byCause.get(event.id) ?? []).filter(({ headers }) => headers['ce_type'] === type);
    if (found.length === 0) findings.add('lost', `${what} is not on ${publishes.topic}.`);
    const ids = new Set(found.map(messageId));
    if (ids.size > 1)
      findings.add('duplicated', `${what} is on ${publishes.topic} under ${ids.size} ids: ${[...ids].join(', ')}.`);
    for (const message of found) {
      if (message.key !== keyOf(event))
        findings.add('wrong', `${what} is on ${publishes.topic} under key ${message.key}, expected ${keyOf(event)}.`);
    }
  }
}

/** A message whose event was rolled back, or never was. */
function checkNothingIsInvented(
  state: ServiceState,
  publishes: Publishes,
  messages: readonly PublishedMessage[],
  findings: Findings,
): void {
  const events = new Map(state.events.map((event) => [event.id, event]));
  for (const message of messages) {
    const cause = message.headers['ce_causationid'] ?? '';
    const event = events.get(cause);
    if (!event) {
      findings.add(
        'wrong',
        `Message ${messageId(message)} on ${publishes.topic} follows from event ${cause || '(none)'}, which ${state.service} does not have.`,
      );
    } else if (publishes.types[event.type] !== message.headers['ce_type']) {
      findings.add(
        'wrong',
        `Message ${messageId(message)} on ${publishes.topic} is a ${message.headers['ce_type']}, made from a ${event.type}.`,
      );
    }
  }
}

/** Copies may come late; only the first occurrence of each message has a place. */
function checkKeyOrder(publishes: Publishes, messages: readonly PublishedMessage[], findings: Findings): void {
  for (const [key, ofKey] of groupBy(messages, (message) => message.key)) {
    const partitions = new Set(ofKey.map(({ partition }) => partition));
    if (partitions.size > 1)
      findings.add('reordered', `Key ${key} of ${publishes.topic} lies in ${partitions.size} partitions.`);
    const firsts = [...groupBy(ofKey.toSorted(byOffset), messageId).values()].map(([first]) => first!);
    for (const [index, message] of firsts.slice(1).entries()) {
      const before = firsts[index]!;
      if (versionOf(message) <= versionOf(before)) {
        findings.add(
          'reordered',
          `On ${publishes.topic} message ${messageId(message)} of key ${key} (version ${versionOf(message)}) comes behind version ${versionOf(before)}.`,
        );
      }
    }
  }
}

function checkCopies(messages: readonly PublishedMessage[], findings: Findings): void {
  for (const [id, copies] of groupBy(messages, messageId)) {
    const [first, ...others] = copies;
    if (others.some((other) => bytesOf(other) !== bytesOf(first!))) {
      findings.add('wrong', `The ${copies.length} copies of message ${id} on ${first!.topic} differ.`);
    }
  }
}

/** Everything a consumer can see, but the place. */
function bytesOf({ topic, key, headers, value }: PublishedMessage): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([topic, key, sorted, value?.toString('base64') ?? null]);
}

function byOffset(a: PublishedMessage, b: PublishedMessage): number {
  return a.offset < b.offset ? -1 : 1;
}

function versionOf({ headers }: PublishedMessage): number {
  return Number(headers['ce_streamversion'] ?? Number.NaN);
}
