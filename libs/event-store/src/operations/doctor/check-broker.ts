// Is the broker there, and do the messages of other contexts come in?
import type { Broker, BrokerDescription, TopicContract, TopicDescription, TopicLag } from '../../messaging/index.js';
import { UnavailableError, type Clock } from '../../core/index.js';
import { note, problem, type Finding } from './finding.js';

export interface BrokerToExamine {
  readonly broker: Pick<Broker, 'name' | 'lag' | 'describe'>;
  /** Where it is, without secrets. */
  readonly place: string;
  /** Consumer group: the service's name. */
  readonly group: string;
  readonly consumes: readonly TopicContract[];
  readonly publishes: readonly TopicContract[];
}

export interface ExaminedBroker {
  readonly name: string;
  readonly place: string;
  /** Messages that the context has not fetched, per topic; undefined when the broker cannot be reached. */
  readonly lag: readonly TopicLag[] | undefined;
  /** Of all topics the context consumes or publishes to. */
  readonly topics: readonly TopicDescription[];
  /** Consumers in the context's group. */
  readonly members: number | undefined;
}

/** How long the broker may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** Messages wait here only while they are being fetched. */
const LAG_ALLOWED = 1_000;

export async function examineBroker(
  { broker, place, group, consumes, publishes }: BrokerToExamine,
  clock: Clock,
): Promise<{ examined: ExaminedBroker; findings: Finding[] }> {
  const { name } = broker;
  try {
    const wanted = [...new Map([...publishes, ...consumes].map((one) => [one.topic, one])).values()];
    const consumed = consumes.map(({ topic }) => topic);
    const lag = await inTime(broker.lag(group, consumed), clock);
    const names = wanted.map(({ topic }) => topic);
    const { topics, members } = await inTime(broker.describe(group, names), clock);
    const findings = [
      ...topics.flatMap((found, index) => topicFinding(found, wanted[index]!.partitions, group)),
      ...lag.flatMap((one) => lagFinding(one, group)),
      ...(consumed.length > 0 ? membersFinding(members, lag, group) : []),
    ];
    return { examined: { name, place, lag, topics, members }, findings };
  } catch (error) {
    const sentence =
      `The broker (${name}, ${place}) does not answer: ${reasonOf(error)} Commands and reads go on; what the contexts tell each other waits ` +
      'until it is back. Start it, or look whether this is where it is.';
    return {
      examined: { name, place, lag: undefined, topics: [], members: undefined },
      findings: [problem('broker-unreachable', sentence)],
    };
  }
}

function topicFinding({ topic, partitions }: TopicDescription, wanted: number, service: string): Finding[] {
  if (partitions === wanted) return [];
  if (partitions === 0) {
    return [
      problem(
        'topic-missing',
        `Topic ${topic} is not there. Expected it with ${wanted} partitions: ${service} makes it when it starts, so start it; if it runs, look whether ` +
          'it reaches this broker and may create topics. What was on a topic that was deleted is not published again.',
      ),
    ];
  }
  return [
    problem(
      'topic-partitions',
      `Topic ${topic} has ${partitions} partitions, and this build wants ${wanted}: ${service} runs without messages. Another count would move ` +
        `keys and break their order. Set { partitions: ${partitions} } in its contract, or move on to a topic with a new name.`,
    ),
  ];
}

function lagFinding({ topic, messages }: TopicLag, group: string): Finding[] {
  if (messages <= LAG_ALLOWED) return [];
  return [
    problem(
      'inbox-behind',
      `${messages} messages of topic ${topic} have not been fetched by group ${group}. Expected fewer than ${LAG_ALLOWED}: ` +
        `see that ${group} is running and reaches the broker.`,
    ),
  ];
}

/** With nothing to fetch it may be stopped on purpose. */
function membersFinding(members: BrokerDescription['members'], lag: readonly TopicLag[], group: string): Finding[] {
  if (members > 0) return [];
  const waiting = lag.reduce((sum, { messages }) => sum + messages, 0);
  const sentence =
    `Nobody consumes in group ${group}, and ${waiting} messages wait for it. Expected one consumer for each running process of ${group}: ` +
    'start it; if it runs, its log says why it cannot join.';
  return [waiting > 0 ? problem('group-without-members', sentence) : note('group-without-members', sentence)];
}

async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(ANSWER_MS, () => reject(new Error(`no answer within ${ANSWER_MS} ms.`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** Without the advice for callers, which is not for an operator. */
function reasonOf(error: unknown): string {
  const cause = error instanceof UnavailableError && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.endsWith('.') ? text : `${text}.`;
}
