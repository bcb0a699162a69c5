// How many a list shows, and where it goes on: what of a query string is taken, and what is refused.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.js';
import { PageCursor, PageLimit } from './page-query.js';

const bells = new Cursor('bells');

class ListBellsDto {
  @PageCursor(bells)
  cursor?: string;

  @PageLimit()
  limit?: number;
}

const read = (query: object) => {
  const dto = plainToInstance(ListBellsDto, query);
  return { dto, wrong: validateSync(dto).map(({ property }) => property) };
};
const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('the limit of a page', () => {
  it.each(['0', '-1', '101', '1000000000', '1.5', '1e1', 'ten', '', ' 1', ['1', '2'], ['5'], {}])(
    'is not %j',
    (limit) => {
      expect(read({ limit }).wrong).toEqual(['limit']);
    },
  );

  it('is a number from 1 to 100, and may be left out', () => {
    expect(read({ limit: '1' })).toMatchObject({ dto: { limit: 1 }, wrong: [] });
    expect(read({ limit: '100' })).toMatchObject({ dto: { limit: 100 }, wrong: [] });
    expect(read({})).toEqual({ dto: new ListBellsDto(), wrong: [] });
  });
});

describe('the cursor of a page', () => {
  it('is one that was written for this list, and reads as the place it was written for', () => {
    for (const place of [1n, 42n, 2n ** 53n, 10n ** 18n - 1n]) {
      const cursor = bells.write(place)!;
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect([bells.read(cursor), read({ cursor }).wrong]).toEqual([place, []]);
    }
    expect([bells.write(undefined), bells.read(undefined)]).toEqual([undefined, undefined]);
  });

  it.each([
    '',
    '42',
    'garbage',
    '%00',
    `${bells.write(42n)}=`,
    `${bells.write(42n)} `,
    ['x'],
    1,
    ...['bells:0', 'bells:-1', 'bells:042', 'bells:42 OR 1=1', `bells:${'9'.repeat(30)}`, 'x bells:42'].map(encoded),
    new Cursor('orders').write(42n),
  ])('is not %j', (cursor) => {
    expect(read({ cursor }).wrong).toEqual(['cursor']);
  });
});
