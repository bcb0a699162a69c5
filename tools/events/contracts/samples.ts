// Reads messages that were made up as an inbox reads those that come: the only judge of what a class takes.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Messaging from '../../../libs/event-store/src/messaging/index.js';
import { CONTRACTS, type ContractEvent } from './contract-events.js';
import { keysOf, type CheckedField } from './recorded-values.js';
import type { Releases } from './releases.js';

export interface Inbox {
  /** Undefined for a type that is on no topic. */
  readonly topicOf: (type: string) => string | undefined;
  /** Why a message is not taken, or undefined when it is. */
  readonly refusalOf: (topic: string, type: string, data: object) => string | undefined;
}

/** The library is that of the classes: another copy of it does not know their decorators. */
export function inboxOf(
  topics: readonly Messaging.TopicContract[],
  { integrationDecoder, readMessage }: Pick<typeof Messaging, 'integrationDecoder' | 'readMessage'>,
): Inbox {
  const decoder = integrationDecoder(topics);
  return {
    topicOf: (type) => topics.find((one) => decoder.classOf(one.topic, type))?.topic,
    refusalOf: (topic, type, data) => {
      const headers = { ce_id: 'sample', ce_type: type };
      const value = Buffer.from(JSON.stringify(data));
      const read = readMessage({ topic, partition: 0, offset: '0', key: 'sample', headers, value }, decoder);
      return 'reasonCode' in read ? `${read.reasonCode}: ${read.detail}` : undefined;
    },
  };
}

/** With the classes and the library as they lie there. */
export async function inboxIn(root: string): Promise<Inbox> {
  const load = (file: string) => import(pathToFileURL(join(root, file)).href) as Promise<Record<string, unknown>>;
  const messaging = (await load('libs/event-store/src/messaging/index.ts')) as unknown as typeof Messaging;
  const exported = Object.values(await load(join(CONTRACTS, 'index.ts')));
  const topics = exported.filter(
    (one): one is Messaging.TopicContract => typeof one === 'object' && one !== null && 'topic' in one,
  );
  return inboxOf(topics, messaging);
}

/** Every released sample, read as an inbox reads a message. */
export function refusedSamples(releases: Releases, inbox: Inbox): string[] {
  return Object.entries(releases).flatMap(([type, forms]) => {
    const topic = inbox.topicOf(type);
    if (topic === undefined) return [`${type} is on no topic: name its class in topic('…', […]).`];
    return forms.flatMap(({ sample }, index) => {
      const refused = inbox.refusalOf(topic, type, sample);
      if (refused === undefined) return [];
      return [
        `Today's class of ${type} refuses the sample of its release ${index + 1}: ${refused}. Write a valid one there.`,
      ];
    });
  });
}

/** The fields of all messages, each beside a message that is taken: its newest sample. Without one nothing can be asked. */
export function checkedFields(
  contracts: readonly { readonly events: readonly ContractEvent[]; readonly renewed: Releases }[],
  { topicOf, refusalOf }: Inbox,
): CheckedField[] {
  return contracts.flatMap(({ events, renewed }) =>
    events.flatMap((event) => {
      const { type } = event;
      const topic = topicOf(type);
      const sample = renewed[type]?.at(-1)?.sample ?? {};
      if (topic === undefined || refusalOf(topic, type, sample) !== undefined) return [];
      return [...keysOf(event)].map(([name, key]) => ({
        key,
        event,
        name,
        sample: sample[name],
        accepts: (value: unknown) => refusalOf(topic, type, { ...sample, [name]: value }) === undefined,
      }));
    }),
  );
}
