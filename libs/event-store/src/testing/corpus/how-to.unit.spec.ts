// The upcasters that docs/how-to/add-an-event-version.md shows.
import { describe, expect, it } from 'vitest';
import { Event, EventRegistry, type Upcaster } from '../../core/index.js';

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
