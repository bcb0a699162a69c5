// Streams of subjects that were forgotten as far as their key goes, and of whom no event tells. Operators do little, so their log is read whole.
// $1: the action, $2: the event's type, $3: milliseconds it may take to be told, $4: limit.
export const untoldSubjects = {
  text: `
    SELECT subject FROM event_store.operations_log AS operation
     WHERE action = $1 AND at <= clock_timestamp() - $3::float8 * interval '1 millisecond'
       AND NOT EXISTS (SELECT FROM event_store.events WHERE stream = operation.subject AND type = $2)
     ORDER BY id LIMIT $4`,
};
