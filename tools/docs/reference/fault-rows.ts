// The faults that the system has to survive, and what has to happen then: the rows of docs/explanation/faults.md. Tests carry their numbers.

/** Numbers are for ever: a row that goes takes its number along. */
export const FAULT_ROWS: readonly (readonly [number: number, fault: string, expected: string])[] = [
  [
    1,
    'A service is killed before the COMMIT of a unit of work',
    'nothing is stored; the same command later has its effect once',
  ],
  [
    2,
    'A service is killed after the COMMIT and before its answer, or the answer is lost on the way',
    'the repeat gets the first result',
  ],
  [
    4,
    'Up to 50 writers in eight processes append to one stream',
    'one wins, the others are told or try again; no gap, no half of an append',
  ],
  [
    5,
    'A slow transaction holds a low position while later ones commit',
    'subscriptions wait for it, and then see all in order',
  ],
  [6, 'An append that is rolled back burns a position', 'nobody waits for it, and nothing is skipped'],
  [
    7,
    'A writer in another database of the same server is idle in its transaction, or an orphaned prepared transaction stays that appended nothing',
    'subscriptions here do not notice',
  ],
  [
    8,
    'The relay is killed after the broker has acknowledged and before it has noted that',
    'the same messages go out again under the same ids; they have their effect once',
  ],
  [10, 'A message is too large for the broker', 'its key waits and is reported, the others flow'],
  [
    11,
    'A consumer is killed between its effect and the commit',
    'the message is handled again; its effect is there once',
  ],
  [
    12,
    'A consumer is killed between the commit and the offset of the broker',
    'the message comes again and is recognised',
  ],
  [13, 'The same message comes a thousand times', 'it has its effect once, and is counted each time'],
  [
    15,
    'Messages that are no JSON, of an unknown type, of another shape, empty, or about nothing that exists',
    'kept aside with the reason; the partition goes on',
  ],
  [
    16,
    'A handler keeps throwing',
    'it is tried again, more and more slowly, then parked with its successors; other keys go on',
  ],
  [17, 'A handler hangs', 'a deadline ends the call; others go on; nothing has its effect twice'],
  [
    18,
    'A consumer group grows from one to three members and shrinks again',
    'nothing is lost, each key stays in order',
  ],
  [
    19,
    'The Kafka client gives up a consumer for good',
    'it is begun anew until it can join, and health says so meanwhile',
  ],
  [20, 'The broker is killed and started again', 'orders are taken meanwhile; the log is the outbox'],
  [21, 'The broker is frozen: it keeps its connections and answers nothing', 'requests time out; it goes on by itself'],
  [22, 'The broker is not there when the services start', 'they start, say so, and flow once it is there'],
  [
    23,
    'A topic is missing, vanishes, or has another number of partitions',
    'a sentence names it; no topic is made by accident',
  ],
  [24, 'The disk of the broker is full', 'as when it is killed'],
  [25, 'A consumer group has lost its offsets', 'everything is delivered again and changes nothing'],
  [
    27,
    'Every connection to PostgreSQL is terminated, twice a second',
    'no process ends; what is safe to repeat is repeated',
  ],
  [
    28,
    'PostgreSQL is stopped, or killed, and started again',
    'requests are refused with 503 meanwhile; all that was committed is there',
  ],
  [
    29,
    'PostgreSQL is frozen: it keeps its connections and answers nothing',
    'queries time out, requests are refused; it goes on by itself',
  ],
  [
    30,
    'The connection on which a process listens is half open',
    'polling goes on, and so do requests; a gauge says that it hears nothing; a probe finds out and listens anew',
  ],
  [
    31,
    'Notifications are refused or lost, or their queue is full',
    'polling finds the records; nothing fails; once there is room they are sent again',
  ],
  [32, 'Slow queries take every connection of the pool', 'whoever waits is told so in time'],
  [34, 'A report reads in one long transaction', 'subscriptions do not notice'],
  [
    35,
    'A statement is cancelled, waits too long for a lock, or loses a deadlock',
    'each is told apart; only a unit of work as a whole runs again',
  ],
  [
    36,
    'The volume of the database is full',
    'appends are refused as unavailable, reads go on; once there is space appends go on without a restart',
  ],
  [
    37,
    'The volume of the write-ahead log is full',
    'the server stops, requests are refused with 503; started with space again, all that was acknowledged is there, and services go on by themselves',
  ],
  [
    39,
    'The clock of a machine is an hour off, or ten times too fast',
    'order is by position; timers follow the clock of the database; tokens may be five seconds too old, no more',
  ],
  [40, 'Deadlines of processes pass while every worker is down', 'each fires once after the restart'],
  [
    41,
    'The payment gateway fails, is slow, or loses its answer after it took the money',
    'it is asked again under the same id; the money is taken once. There is no webhook, as the gateway is asked and never calls; what comes twice or late is rows 13 and 25',
  ],
  [42, 'An order is cancelled while it is being paid', 'one outcome; captured money is given back'],
  [
    43,
    'A projection throws on one event',
    'its key is parked with its successors, the others go on; after a replay all is in order',
  ],
  [
    44,
    'A rebuild is killed in the moment before the new version serves, while events are written',
    'the old one serves on; the next call ends what was begun',
  ],
  [45, 'SIGTERM under load', 'what is in hand is ended, connections go last, the exit code is 0'],
  [
    46,
    'An old build and a new one run side by side, and the new one writes an event the old one cannot read',
    'the old one stops in front of it and leaves it to the new one, and so it does with commands about it; requests it cannot answer are refused with 503',
  ],
];
