// Where a page of crate loads goes on.
import { Cursor } from '@app/platform';

export const crateLoadCursor = new Cursor('crate-load');
