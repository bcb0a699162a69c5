// One member of the consumer group, in a process of its own: handles messages one by one, and acknowledges what the story has noted.
import type { ReceivedMessage } from '@app/event-store/messaging';
import { brokerAt, type BrokerPlace } from './broker-at.js';
import { GROUP, TOPIC, type Handled, type ToMember } from './protocol.js';

const noted = new Map<number, () => void>();
let tickets = 0;
let stop: () => Promise<void> = () => Promise.resolve();

/** The effect of a message: it stands in the story's ledger. Resolves once it does. */
function handle({ key, value }: ReceivedMessage): Promise<void> {
  const { number } = JSON.parse(value!.toString()) as { number: number };
  const handled: Handled = { ticket: ++tickets, key: key!, number };
  return new Promise((resolve) => {
    noted.set(handled.ticket, resolve);
    process.send!(handled);
  });
}

async function handler(batch: readonly ReceivedMessage[]): Promise<'ack'> {
  for (const message of batch) await handle(message); // one after the other: that is what keeps a key in order
  return 'ack';
}

async function begin(member: string, place: BrokerPlace): Promise<void> {
  const broker = brokerAt(place, `member-${member}`);
  await broker.start();
  const consumer = await broker.consume({ group: GROUP, topics: [TOPIC.name], handler });
  stop = async () => {
    await consumer.stop();
    await broker.close();
  };
}

async function take(message: ToMember): Promise<void> {
  if (message.say === 'begin') return begin(message.member, message.place);
  if (message.say === 'noted') {
    noted.get(message.ticket)?.();
    noted.delete(message.ticket);
    return;
  }
  await stop();
  process.disconnect();
}

// Ctrl-C reaches every process of the terminal; the story decides when its members end, and without it they do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (message: ToMember) => void take(message));
