// Projections from before versions were recorded: of each the newest serves, the others are kept. Their names end in `@v<version>`.
export const adoptProjections = `
INSERT INTO event_store.projections (name, version, state, caught_up, switched_at, switched_position, taken_up_at)
SELECT name, version, CASE WHEN version = max(version) OVER (PARTITION BY name) THEN 'serving' ELSE 'retired' END,
       logs, clock_timestamp(), position, clock_timestamp()
  FROM (SELECT substring(name FROM '^(.*)@v[1-9][0-9]{0,8}$') AS name, substring(name FROM '@v([1-9][0-9]{0,8})$')::int AS version,
               array_agg(log ORDER BY log) AS logs, max(position) AS position
          FROM event_store.subscriptions WHERE name ~ '^.+@v[1-9][0-9]{0,8}$' GROUP BY 1, 2) AS found`;
