// What every list is asked for page by page: `?limit=` and `?cursor=`.
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { Cursor } from './cursor.js';
import { IsOmittable } from './omittable.js';
import { IsReadable } from './readable.js';

const MAX_ON_A_PAGE = 100;
/** Where nobody says how many. */
export const PAGE_LIMIT = 20;

/** A number from 1 to 100. Everything in a query string is text. */
export function PageLimit(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_ON_A_PAGE, default: PAGE_LIMIT }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
    ),
    IsOmittable(),
    IsInt(),
    Min(1),
    Max(MAX_ON_A_PAGE),
  );
}

/** `nextCursor` of the page before, which the same `cursor` has written. */
export function PageCursor(cursor: Cursor): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ pattern: '^[A-Za-z0-9_-]+$', description: '`nextCursor` of the page before.' }),
    IsOmittable(),
    IsReadable((text) => cursor.read(text), 'must be the nextCursor of a page before'),
  );
}
