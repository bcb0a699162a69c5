// Is the broker there, and do the messages of other contexts come in?
import type { Broker, TopicLag } from '../../messaging/index.js';
import { UnavailableError, type Clock } from '../../core/index.js';
import { problem, type Finding } from './finding.js';

export interface BrokerToExamine {
  readonly broker: Pick<Broker, 'name' | 'lag'>;
  /** Where it is, without secrets. */
  readonly place: string;
  /** Consumer group: the service's name. */
  readonly group: string;
  /** Topics the context consumes. */
  readonly topics: readonly string[];
}

export interface ExaminedBroker {
  readonly name: string;
  readonly place: string;
  /** Messages that the context has not fetched, per topic; undefined when the broker cannot be reached. */
  readonly lag: readonly TopicLag[] | undefined;
}

/** How long the broker may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** Messages wait here only while they are being fetched. */
const LAG_ALLOWED = 1_000;

export async function examineBroker(
  { broker, place, group, topics }: BrokerToExamine,
  clock: Clock,
): Promise<{ examined: ExaminedBroker; findings: Finding[] }> {
  const { name } = broker;
  try {
    const lag = await inTime(broker.lag(group, topics), clock);
    const behind = lag.filter(({ messages }) => messages > LAG_ALLOWED);
    const findings = behind.map(({ topic, messages }) =>
      problem(
        'inbox-behind',
        `${messages} messages of topic ${topic} have not been fetched by group ${group}. Expected fewer than ${LAG_ALLOWED}: ` +
          `see that ${group} is running and reaches the broker.`,
      ),
    );
    return { examined: { name, place, lag }, findings };
  } catch (error) {
    const sentence =
      `The broker (${name}, ${place}) does not answer: ${reasonOf(error)} Commands and reads go on; what the contexts tell each other waits ` +
      'until it is back. Start it, or look whether this is where it is.';
    return { examined: { name, place, lag: undefined }, findings: [problem('broker-unreachable', sentence)] };
  }
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
