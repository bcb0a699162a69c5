// A small system where all is well: a shop publishes, a bank listens and answers. Specs plant one fault and expect it to be found.
import type { PublishedMessage } from './published-messages.js';
import type {
  CommandRow,
  EventRow,
  InboundRow,
  OutgoingRow,
  ProcessRow,
  ServiceState,
  SetAsideRow,
  SubscriptionRow,
  TimerRow,
} from './service-state.js';
import type { ServiceShape, SystemState } from './topology.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Rows<T> = Writable<T>[];

/** As {@link ServiceState}, but a spec may damage it. */
export interface Damageable {
  service: string;
  events: Rows<EventRow>;
  subscriptions: Rows<SubscriptionRow>;
  setAside: Rows<SetAsideRow>;
  inbound: Rows<InboundRow>;
  unreadable: Rows<ServiceState['unreadable'][number]>;
  outgoing: Rows<OutgoingRow>;
  commands: Rows<CommandRow>;
  processes: Rows<ProcessRow>;
  timers: Rows<TimerRow>;
}

export interface DamageableSystem extends SystemState {
  readonly shop: Damageable;
  readonly bank: Damageable;
  readonly published: Rows<PublishedMessage>;
}

const shapes: readonly ServiceShape[] = [
  {
    service: 'shop',
    publishes: [
      { topic: 'shop.v1', types: { 'sale.made': 'shop.sale.made.v1', 'sale.closed': 'shop.sale.closed.v1' } },
    ],
    consumes: [],
  },
  { service: 'bank', publishes: [], consumes: ['shop.v1'] },
];

const closed = {
  id: 'e4',
  stream: 'sale-a',
  version: 2,
  type: 'sale.closed',
  commandId: 'c3',
  dataHash: 'h4',
} as const;

export function healthySystem(): DamageableSystem {
  const shop: Damageable = {
    service: 'shop',
    events: [
      { position: 1n, id: 'e1', stream: 'sale-a', version: 1, type: 'sale.made', commandId: 'c1', dataHash: 'h1' },
      { position: 2n, id: 'e2', stream: 'sale-b', version: 1, type: 'sale.made', commandId: 'c2', dataHash: 'h2' },
      { position: 5n, ...closed },
    ],
    subscriptions: [subscription('relay', 'events', 5n), subscription('read-model', 'events', 5n)],
    setAside: [],
    inbound: [],
    unreadable: [],
    outgoing: [],
    commands: [accepted('c1', 'sale-a', 1), accepted('c2', 'sale-b', 1), accepted('c3', 'sale-a', 2)],
    processes: [],
    timers: [],
  };
  const bank: Damageable = {
    service: 'bank',
    events: [
      {
        position: 1n,
        id: 'b1',
        stream: 'account-a',
        version: 1,
        type: 'account.charged',
        commandId: 'o1',
        dataHash: 'hb1',
      },
    ],
    subscriptions: [subscription('charge', 'inbound', 6n), subscription('command-dispatch', 'outgoing', 2n)],
    setAside: [],
    inbound: [
      ...['m1', 'm2', 'm3'].map((id, index) => ({
        position: BigInt(index + 2),
        id,
        topic: 'shop.v1',
        key: 'a',
        type: 'shop.sale.made.v1',
        signal: undefined,
      })),
      signal(5n, 's1', 'process.rejection', 'b', 'o2'),
      signal(6n, 't1', 'process.timer', 'a'),
    ],
    unreadable: [],
    outgoing: [
      { position: 1n, id: 'o1', key: 'charge/a', type: 'Charge', actor: 'process:charge' },
      { position: 2n, id: 'o2', key: 'charge/b', type: 'Charge', actor: 'process:charge' },
    ],
    commands: [
      { ...accepted('o1', 'account-a', 1), type: 'Charge' },
      {
        ...accepted('o2', 'account-b', 0),
        type: 'Charge',
        outcome: 'rejected',
        firstVersion: undefined,
        version: undefined,
      },
    ],
    processes: [
      { process: 'charge', id: 'a', status: 'running', stateVersion: 1 },
      { process: 'charge', id: 'b', status: 'completed', stateVersion: 2 },
    ],
    timers: [{ timerId: 't2', process: 'charge', id: 'a', name: 'deadline', dueInMs: 60_000 }],
  };
  const published = [
    message('m1', 'a', 'e1', 'shop.sale.made.v1', 1, 1n),
    message('m2', 'b', 'e2', 'shop.sale.made.v1', 1, 2n),
    message('m3', 'a', 'e4', 'shop.sale.closed.v1', 2, 3n),
    message('m1', 'a', 'e1', 'shop.sale.made.v1', 1, 4n), // sent again after a crash, as it may be
  ];
  return { shapes, services: [shop, bank], shop, bank, published };
}

export function message(
  id: string,
  key: string,
  cause: string,
  type: string,
  version: number,
  offset: bigint,
): Writable<PublishedMessage> {
  return {
    topic: 'shop.v1',
    partition: 0,
    offset,
    key,
    headers: { ce_id: id, ce_type: type, ce_causationid: cause, ce_streamversion: String(version) },
    value: Buffer.from(`{"of":"${cause}"}`),
  };
}

function signal(position: bigint, id: string, type: string, of: string, commandId?: string): Writable<InboundRow> {
  return {
    position,
    id,
    topic: undefined,
    key: `charge/${of}`,
    type,
    signal: { process: 'charge', id: of, commandId },
  };
}

function subscription(name: string, log: SubscriptionRow['log'], position: bigint): SubscriptionRow {
  return { name, log, logEpoch: 'first-life', position };
}

function accepted(id: string, stream: string, version: number): CommandRow {
  return { id, stream, step: 0, type: 'Sell', outcome: 'accepted', firstVersion: version, version };
}
