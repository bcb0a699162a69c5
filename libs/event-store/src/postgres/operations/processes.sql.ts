// Processes, for people: what is set aside for them, which timers are late, and which have nothing that would wake them.
import { ownKey, PARKED } from './parked.sql.js';

/**
 * $1 limit, $2 process or null, $3 id. A subscription is a process manager's where there are processes of its name, or where a record
 * waits for the first of them; a command is a process's where that process is there.
 */
export const processesAside = `
SELECT aside.* FROM (
  SELECT CASE WHEN found.subscription = 'command-dispatch' AND found.log = 'outgoing' THEN 'command' ELSE 'record' END AS what,
         CASE WHEN found.subscription = 'command-dispatch' AND found.log = 'outgoing' THEN split_part(found.key, '/', 1)
              ELSE found.subscription END AS process,
         CASE WHEN found.subscription = 'command-dispatch' AND found.log = 'outgoing' THEN substr(found.key, strpos(found.key, '/') + 1)
              ELSE coalesce((SELECT k.id FROM event_store.process_keys k WHERE k.process = found.subscription AND k.key = ${ownKey('found.key')}),
                            ${ownKey('found.key')}) END AS process_id,
         found.*
    FROM (${PARKED} WHERE p.status IN ('parked', 'waiting')) AS found
) AS aside
WHERE ($2::text IS NULL OR (aside.process = $2 AND aside.process_id = $3))
  AND CASE aside.what
        WHEN 'command' THEN EXISTS (SELECT 1 FROM event_store.processes k WHERE k.process = aside.process AND k.id = aside.process_id)
        ELSE starts_with(aside.reason, 'ES-1504:') OR EXISTS (SELECT 1 FROM event_store.processes k WHERE k.process = aside.process)
      END
ORDER BY aside.subscription, aside.log, aside.position LIMIT $1`;

const TIMER = `
SELECT process, process_id AS id, timer_id::text AS "timerId", name, due_at AS "dueAt",
       (extract(epoch FROM clock_timestamp() - due_at) * 1000)::float8 AS "overdueMs" FROM event_store.process_timers`;

/** $1 milliseconds, $2 limit. */
export const overdueTimers = `${TIMER}
WHERE due_at < clock_timestamp() - $1 * interval '1 millisecond' ORDER BY due_at, timer_id LIMIT $2`;

/** $1 process, $2 id. Looks at every timer that has not fired. */
export const timersOfProcess = `${TIMER} WHERE process = $1 AND process_id = $2 ORDER BY due_at, timer_id`;

const PROCESS = `
SELECT p.process, p.id, p.status, p.state_version AS "stateVersion", p.compensation,
       ARRAY(SELECT step->>'type' FROM jsonb_array_elements(p.undo) WITH ORDINALITY AS u (step, place) ORDER BY place DESC)
         || ARRAY(SELECT step->>'type' FROM jsonb_array_elements(p.compensation->'refused') WITH ORDINALITY AS u (step, place) ORDER BY place) AS undo, p.started_at AS "startedAt",
       p.updated_at AS "updatedAt",
       ARRAY(SELECT k.key FROM event_store.process_keys k WHERE k.process = p.process AND k.id = p.id ORDER BY k.key) AS keys FROM event_store.processes p`;

/** $1 process, $2 id or further key. */
export const findProcess = `${PROCESS}
WHERE p.process = $1 AND p.status <> 'new'
  AND p.id = coalesce((SELECT k.id FROM event_store.process_keys k WHERE k.process = $1 AND k.key = $2), $2)`;

/** $1 limit. Looks at every process. */
export const refusedProcesses = `${PROCESS}
WHERE jsonb_array_length(p.compensation->'refused') > 0 ORDER BY p.updated_at, p.process, p.id LIMIT $1`;

/** $1 milliseconds, $2 limit. Looks at every process. */
export const idleProcesses = `${PROCESS}
WHERE p.status = 'running' AND p.updated_at < clock_timestamp() - $1 * interval '1 millisecond'
  AND NOT EXISTS (SELECT 1 FROM event_store.process_timers t WHERE t.process = p.process AND t.process_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM event_store.parked_messages m WHERE m.subscription = p.process AND (${ownKey('m.key')} = p.id OR ${ownKey('m.key')} IN
                   (SELECT k.key FROM event_store.process_keys k WHERE k.process = p.process AND k.id = p.id)))
  AND NOT EXISTS (SELECT 1 FROM event_store.parked_messages m
                   WHERE m.subscription = 'command-dispatch' AND m.log = 'outgoing' AND m.key = p.process || '/' || p.id)
  AND NOT EXISTS (SELECT 1 FROM event_store.outgoing_commands o
                   WHERE o.key = p.process || '/' || p.id
                     AND o.position > coalesce((SELECT s.position FROM event_store.subscriptions s
                                                 WHERE s.name = 'command-dispatch' AND s.log = 'outgoing'), 0))
ORDER BY p.updated_at, p.process, p.id LIMIT $2`;
