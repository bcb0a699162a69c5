// The upcasters that docs/how-to/add-an-event-version.md shows.
import { describe, expect, it } from 'vitest';
import {
  Aggregate,
  aggregateEvents,
  asEvent,
  Event,
  EventRegistry,
  EventSourcedAggregate,
  type Upcaster,
} from '../../core/index.js';

// #region rename
const bookingMadeFrom1: Upcaster = ({ guest, ...others }) => ({ ...others, guestName: guest });
// #endregion rename

// #region split
const bookingMadeFrom2: Upcaster = ({ guestName, ...others }) => {
  const [first = '', ...last] = String(guestName).split(' ');
  return { ...others, firstName: first, lastName: last.join(' ') };
};
// #endregion split

// #region fill-in
const bookingMadeFrom3: Upcaster = (data) => ({ ...data, channel: 'unknown' });
// #endregion fill-in

// #region chain
@Event('booking.made', { version: 4, upcast: [bookingMadeFrom1, bookingMadeFrom2, bookingMadeFrom3] })
class BookingMade {
  constructor(
    readonly firstName: string,
    readonly lastName: string,
    /** `unknown`: before version 4 nobody asked. */
    readonly channel: 'web' | 'desk' | 'unknown',
    readonly nights: number,
  ) {}
}
// #endregion chain

// #region alias
@Event('stay.booked', { aliases: ['booking.placed'] })
class StayBooked {
  constructor(readonly nights: number) {}
}
// #endregion alias

// #region several
const roomBookedFrom1: Upcaster = ({ rooms, wish }) => [
  ...(rooms as number[]).map((room) => ({ room })),
  ...(wish === undefined ? [] : [asEvent('wish.noted', 1, { wish })]),
];

@Event('room.booked', { version: 2, upcast: [roomBookedFrom1] })
class RoomBooked {
  constructor(readonly room: number) {}
}

@Event('wish.noted', { from: [RoomBooked] })
class WishNoted {
  constructor(readonly wish: string) {}
}
// #endregion several

// #region drop
@Event('room.viewed', { version: 2, upcast: [() => []], retired: true })
class RoomViewed {}

@Aggregate('room', { retired: [RoomViewed] })
class Room extends EventSourcedAggregate<{ readonly booked: boolean }> {
  // #endregion drop
  state = { booked: false };
}

describe('an event whose field was renamed, then split, then joined by another', () => {
  it.each([
    [1, { guest: 'Ada King Lovelace', nights: 2 }],
    [2, { guestName: 'Ada King Lovelace', nights: 2 }],
    [3, { firstName: 'Ada', lastName: 'King Lovelace', nights: 2 }],
  ])('reads version %i as what it is today', (schemaVersion, data) => {
    const event = new EventRegistry().register(BookingMade).decode({ type: 'booking.made', schemaVersion, data });
    expect(event).toEqual(new BookingMade('Ada', 'King Lovelace', 'unknown', 2));
  });
});

describe('an event that has another name, has become several, or is of no interest any more', () => {
  it('is read as what it is today', () => {
    const registry = new EventRegistry().register(StayBooked, WishNoted, ...aggregateEvents(Room));
    const read = (type: string, data: object) => registry.decodeAll({ type, schemaVersion: 1, data });
    expect(read('booking.placed', { nights: 2 })).toEqual([new StayBooked(2)]);
    expect(read('room.booked', { rooms: [7, 8], wish: 'quiet' })).toEqual([
      new RoomBooked(7),
      new RoomBooked(8),
      new WishNoted('quiet'),
    ]);
    expect(read('room.viewed', { by: 'ada' })).toEqual([]);
  });
});
