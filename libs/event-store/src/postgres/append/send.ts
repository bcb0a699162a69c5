// Where a statement of an append goes: into the open transaction, into a lane, or by itself.
import type { QueryResult, QueryResultRow } from 'pg';
import type { Query } from '../connections/database.js';

export type Send = <R extends QueryResultRow>(query: Query) => Promise<QueryResult<R>>;
