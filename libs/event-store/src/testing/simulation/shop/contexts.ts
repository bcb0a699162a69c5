// The two contexts of the simulated shop as their modules would list them: `sales` sells, `bank` takes the money.
import { from, mergeMap, of, type Observable } from 'rxjs';
import { eventDeclaration, type Class, type EventContext, type LogRecord } from '../../../core/index.js';
import type { MemoryDatabase } from '../../../memory/index.js';
import { Publish, Publisher } from '../../../messaging/index.js';
import { asyncProjection } from '../../../subscriptions/index.js';
import type { CommandHandler, SimulatedContext } from '../workload.js';
import {
  Capture,
  Charge,
  ChargeCaptured,
  ChargeFailed,
  ChargeRefunded,
  GiveBack,
  OpenCharge,
  type Gateway,
} from './charge.js';
import { CancelSale, Checkout, ConfirmSale, MakeSale, ReleaseItem, ReserveItem } from './checkout.process.js';
import {
  ChargeCapturedV1,
  ChargeFailedV1,
  ChargeRefundedV1,
  chargesTopic,
  SaleCancelledV1,
  SaleConfirmedV1,
  SaleMadeV1,
  salesTopic,
} from './messages.js';
import { notesSubscription } from './notes.js';
import { Sale, SaleCancelled, SaleConfirmed, SaleMade, Shelf } from './sale.js';

@Publisher(salesTopic)
class SalesPublisher {
  @Publish(SaleMade)
  made({ amountMinor }: SaleMade, { stream }: EventContext) {
    return new SaleMadeV1(stream.id, amountMinor);
  }

  @Publish(SaleConfirmed)
  confirmed(_event: SaleConfirmed, { stream }: EventContext) {
    return new SaleConfirmedV1(stream.id);
  }

  @Publish(SaleCancelled)
  cancelled({ reason }: SaleCancelled, { stream }: EventContext) {
    return new SaleCancelledV1(stream.id, reason);
  }
}

@Publisher(chargesTopic)
class ChargesPublisher {
  @Publish(ChargeCaptured)
  captured(_event: ChargeCaptured, { stream }: EventContext) {
    return new ChargeCapturedV1(stream.id);
  }

  @Publish(ChargeFailed)
  failed(_event: ChargeFailed, { stream }: EventContext) {
    return new ChargeFailedV1(stream.id);
  }

  @Publish(ChargeRefunded)
  refunded(_event: ChargeRefunded, { stream }: EventContext) {
    return new ChargeRefundedV1(stream.id);
  }
}

/** Nest's kind of saga: what a message of the other context makes the bank do. */
const chargeSales = (events$: Observable<object>): Observable<object> =>
  events$.pipe(
    mergeMap((event) => {
      if (event instanceof SaleMadeV1)
        return from([new OpenCharge(event.saleId, event.amountMinor), new Capture(event.saleId)]);
      return event instanceof SaleCancelledV1 ? of(new GiveBack(event.saleId)) : from([]);
    }),
  );

export const typesOf = (classes: readonly Class[]): Set<string> =>
  new Set(classes.map((eventClass) => eventDeclaration(eventClass)!.type));

/** Sale → its status and the version that says so, as of the projection's checkpoint. */
export function boardIn(database: MemoryDatabase) {
  return database.table<{ readonly saleId: string; readonly status: string; readonly version: number }>('board');
}

export interface Whims {
  /** Why a handler of events cannot handle the record now. */
  readonly trouble: (context: string, record: LogRecord) => Error | undefined;
  /** Names of the handlers and projections that run; the fewer, the more runs there is time for. */
  readonly watched: ReadonlySet<string>;
}

export const WATCHERS = ['board@v1', 'sales-notes', 'bank-notes'] as const;

export function sales({ trouble, watched }: Whims): SimulatedContext {
  const board =
    (status: string) =>
    (_event: object, { stream, version }: EventContext, db: unknown) =>
      boardIn(db as MemoryDatabase).set(stream.id, { saleId: stream.id, status, version });
  return {
    name: 'sales',
    shape: {
      service: 'sales',
      publishes: [
        {
          topic: salesTopic.topic,
          types: {
            'sale.made': 'sim.sale.made.v1',
            'sale.confirmed': 'sim.sale.confirmed.v1',
            'sale.cancelled': 'sim.sale.cancelled.v1',
          },
        },
      ],
      consumes: [chargesTopic.topic],
    },
    aggregates: [Sale, Shelf],
    consumes: [chargesTopic],
    publishers: [new SalesPublisher()],
    processes: [new Checkout()],
    sagas: {},
    handlers({ aggregates }) {
      const saleStore = aggregates(Sale);
      const shelves = aggregates(Shelf);
      return new Map<Class, CommandHandler>([
        [
          MakeSale,
          ({ saleId, amountMinor, deadlineMs }: MakeSale) =>
            saleStore.create(saleId, (sale) => sale.make(amountMinor, deadlineMs)),
        ],
        [ConfirmSale, ({ saleId }: ConfirmSale) => saleStore.update(saleId, (sale) => sale.confirm())],
        [CancelSale, ({ saleId, reason }: CancelSale) => saleStore.update(saleId, (sale) => sale.cancel(reason))],
        [
          ReserveItem,
          ({ saleId, item }: ReserveItem) =>
            item === 1
              ? shelves.create(saleId, (shelf) => shelf.reserve(item))
              : shelves.update(saleId, (shelf) => shelf.reserve(item)),
        ],
        [ReleaseItem, ({ saleId, item }: ReleaseItem) => shelves.update(saleId, (shelf) => shelf.release(item))],
      ]);
    },
    subscriptions: ({ registry }) =>
      [
        asyncProjection({
          name: 'board',
          version: 1,
          registry,
          handlers: new Map<Class, ReturnType<typeof board>>([
            [SaleMade, board('made')],
            [SaleConfirmed, board('confirmed')],
            [SaleCancelled, board('cancelled')],
          ]),
        }),
        notesSubscription({
          name: 'sales-notes',
          log: 'inbound',
          types: typesOf(chargesTopic.events),
          trouble: (record) => trouble('sales', record),
        }),
      ].filter(({ name }) => watched.has(name)),
  };
}

export function bank(gateway: Gateway, { trouble, watched }: Whims): SimulatedContext {
  return {
    name: 'bank',
    shape: {
      service: 'bank',
      publishes: [
        {
          topic: chargesTopic.topic,
          types: {
            'charge.captured': 'sim.charge.captured.v1',
            'charge.failed': 'sim.charge.failed.v1',
            'charge.refunded': 'sim.charge.refunded.v1',
          },
        },
      ],
      consumes: [salesTopic.topic],
    },
    aggregates: [Charge],
    consumes: [salesTopic],
    publishers: [new ChargesPublisher()],
    processes: [],
    sagas: { 'charge-sales': chargeSales },
    handlers({ aggregates, outside }) {
      const charges = aggregates(Charge);
      return new Map<Class, CommandHandler>([
        [
          OpenCharge,
          ({ saleId, amountMinor }: OpenCharge) => charges.create(saleId, (charge) => charge.open(amountMinor)),
        ],
        [
          Capture,
          ({ saleId }: Capture) =>
            charges.update(saleId, async (charge) => {
              const { status, amountMinor } = charge.state;
              if (status !== 'opened') return;
              charge.settle(await outside(`capture ${saleId}`, () => gateway.capture(saleId, amountMinor)));
            }),
        ],
        [
          GiveBack,
          ({ saleId }: GiveBack) =>
            charges.update(saleId, async (charge) => {
              const { status, amountMinor } = charge.state;
              if (status === 'captured') await outside(`refund ${saleId}`, () => gateway.refund(saleId, amountMinor));
              charge.giveBack();
            }),
        ],
      ]);
    },
    subscriptions: () =>
      [
        notesSubscription({
          name: 'bank-notes',
          log: 'inbound',
          types: typesOf(salesTopic.events),
          trouble: (record) => trouble('bank', record),
        }),
      ].filter(({ name }) => watched.has(name)),
  };
}
