// A trip of several bookings: the process manager that the specifications of processes tell their stories with.
import { Event } from '../core/index.js';
import {
  OnRejection,
  OnTimer,
  Process,
  ProcessManager,
  StartsWith,
  type ProcessManagerOptions,
  type ProcessRejection,
} from '../processes/index.js';
import { On } from '../subscriptions/index.js';

@Event('trip.planned')
export class TripPlanned {
  constructor(readonly legs: readonly string[]) {}
}

@Event('trip.noted')
export class TripNoted {
  constructor(readonly note: string) {}
}

@Event('trip.ended')
export class TripEnded {}

@Event('bank.paid')
export class Paid {
  constructor(
    readonly tripId: unknown,
    readonly amount: number,
  ) {}
}

@Event('bank.refused')
export class Refused {
  constructor(readonly tripId: string) {}
}

export class Book {
  constructor(readonly leg: string) {}
}

export class Unbook {
  constructor(readonly leg: string) {}
}

export class Thank {
  constructor(readonly tripId: string) {}
}

export class Tell {
  constructor(readonly what: string) {}
}

export interface TripState {
  readonly legs: readonly string[];
  readonly notes: readonly string[];
}

export const tripEvents = { own: [TripPlanned, TripNoted, TripEnded], foreign: [Paid, Refused] };
export const tripCommands = [Book, Unbook, Thank, Tell];

export const correlateTrips: ProcessManagerOptions['correlate'] = (event, { stream }) =>
  'tripId' in event ? event.tripId : stream.id;

@ProcessManager('trip', { correlate: correlateTrips })
export class Trip extends Process<TripState> {
  state: TripState = { legs: [], notes: [] };

  constructor(private readonly deadlineMs = 60_000) {
    super();
  }

  @StartsWith(TripPlanned)
  planned({ legs }: TripPlanned): void {
    this.state = { ...this.state, legs: [...this.state.legs, ...legs] };
    for (const leg of legs) this.send(new Book(leg), { undo: new Unbook(leg), reason: 'planned' });
    this.wake('deadline', { afterMs: this.deadlineMs });
  }

  @On(TripNoted)
  async noted({ note }: TripNoted): Promise<void> {
    await Promise.resolve();
    this.state = { ...this.state, notes: [...this.state.notes, note] };
  }

  @On(TripEnded)
  ended(): void {
    this.complete();
  }

  @On(Paid)
  paid({ amount }: Paid): void {
    if (amount > 0) this.send(new Thank(this.id));
  }

  @On(Refused)
  refused(): void {
    this.compensate('refused');
    this.send(new Tell('refused'));
  }

  @OnRejection(Book)
  full({ leg }: Book, { code, message }: ProcessRejection): void {
    this.send(new Tell(`${leg}: ${code} ${message}`));
  }

  @OnTimer('deadline')
  late(): void {
    this.send(new Tell('late'));
    this.complete();
  }
}
