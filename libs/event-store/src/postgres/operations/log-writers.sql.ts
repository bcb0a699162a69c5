// Open transactions that have written to a log, with what the server knows about them. The lock is what readers of the log watch.

/** $1 tables of the logs, as in SQL. Of this database only: oids are unique inside one. */
export const logWriters = {
  name: 'operations_log_writers',
  text: `
SELECT DISTINCT ON (l.relation, l.pid, l.virtualtransaction)
       l.relation::regclass::text AS table, l.pid, p.gid, a.application_name, a.state, left(a.query, 500) AS query,
       (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000)::float8 AS open_ms
FROM pg_locks l
LEFT JOIN pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.granted
                    AND x.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted AND l.relation = ANY ($1::text[]::regclass[])
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
};
