// Where a page of orders goes on.
import { Cursor } from '@app/platform';

export const orderCursor = new Cursor('o1');
