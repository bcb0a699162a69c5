// The story: two members share the partitions, one is killed in the middle of its work, the other takes over, and nothing is lost.
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '@app/event-store/core';
import type { Broker } from '@app/event-store/messaging';
import { spreadKeys, type SpreadKey } from './keys.js';
import type { Ledger } from './ledger.js';
import { GROUP, TOPIC } from './protocol.js';
import type { Readers } from './readers.js';

export interface StoryOptions {
  readonly broker: Broker;
  readonly ledger: Ledger;
  readonly readers: Readers;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export const KEYS: readonly SpreadKey[] = spreadKeys('parcel', TOPIC.partitions, 2);
const ALL = KEYS.map(({ key }) => key);

/** A round sends one message for every key. So many while both members live, and after one was killed. */
const ROUNDS_BEFORE = 5;
const ROUNDS_AFTER = 6;
/** While the members find their shares, in milliseconds. */
const BETWEEN_ROUNDS_MS = 250;
const SHARED_WITHIN_MS = 90_000;

/** @throws SilenceError when messages do not arrive any more: the ledger then says what is missing. */
export async function tell({ broker, ledger, readers, signal, say }: StoryOptions): Promise<void> {
  const arrived = (keys = ALL) => readers.until(() => ledger.isComplete(keys));
  const keysOf = (member: string) => KEYS.filter(({ key }) => ledger.lastMember(key) === member);
  const sendRound = async (): Promise<void> => {
    const messages = ALL.map((key) => ({
      topic: TOPIC.name,
      key,
      headers: {},
      value: Buffer.from(JSON.stringify({ number: ledger.nextNumber(key) })),
    }));
    await untilAvailable(() => broker.publish(messages), signal);
  };

  await untilAvailable(() => broker.ensureTopics([TOPIC]), signal);
  say(`Topic ${TOPIC.name} has ${TOPIC.partitions} partitions; a message's key decides which one it goes to.`);
  const [a, b] = [readers.join('A'), readers.join('B')];
  say(`A (process ${a.pid}) and B (process ${b.pid}) join the consumer group ${GROUP}, which shares them out …`);
  for (const end = performance.now() + SHARED_WITHIN_MS; !(isHalf(keysOf('A')) && isHalf(keysOf('B')));) {
    if (performance.now() > end) throw new Error(`The members did not share in ${SHARED_WITHIN_MS / 1000} seconds.`);
    await sendRound();
    await arrived();
    await pause(BETWEEN_ROUNDS_MS, undefined, { signal });
  }
  for (const name of ['A', 'B']) say(`  ${name} reads ${inWords(keysOf(name))}`);
  for (let round = 0; round < ROUNDS_BEFORE; round += 1) {
    await sendRound();
    await arrived();
  }

  readers.condemn('A');
  while (!readers.interrupted) {
    await sendRound();
    await readers.until(() => readers.interrupted !== undefined || ledger.isComplete(ALL));
  }
  const killedAt = performance.now();
  const { key, number } = readers.interrupted;
  say(`A is killed (kill -9): it has just handled message ${number} of ${key}, and could not acknowledge it.`);

  const those = (keys: readonly SpreadKey[]) => keys.map((one) => one.key);
  const [itsOwn, orphaned] = [those(keysOf('B')), those(keysOf('A'))];
  for (let round = 0; round < ROUNDS_AFTER; round += 1) await sendRound();
  await arrived(itsOwn);
  say(`${ROUNDS_AFTER} more messages for every key: B handles those of its own partitions, the others wait.`);
  await readers.until(() => orphaned.every((one) => ledger.lastMember(one) === 'B'));
  const seconds = ((performance.now() - killedAt) / 1000).toFixed(1);
  say(`${seconds} s after its last sign of life A's partitions are B's, which begins where A last acknowledged.`);
  await arrived();
}

/** Half of the partitions, each of them whole. */
function isHalf(keys: readonly SpreadKey[]): boolean {
  return (
    new Set(keys.map(({ partition }) => partition)).size === TOPIC.partitions / 2 && keys.length === KEYS.length / 2
  );
}

function inWords(keys: readonly SpreadKey[]): string {
  const partitions = [...new Set(keys.map(({ partition }) => partition))];
  return `partitions ${partitions.join(' and ')}: ${keys.map(({ key }) => key).join(', ')}`;
}

/** A broker that is away for a moment is asked again: sent twice is only a repeat. */
async function untilAvailable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await pause(500, undefined, { signal });
    }
  }
}
