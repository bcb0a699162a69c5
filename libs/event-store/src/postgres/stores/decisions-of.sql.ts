// What is recorded of a command, whatever stream it was decided on.

/** $1 id: the beginning of the primary key. */
export const decisionsOf = {
  name: 'event_store.decisions_of',
  text: 'SELECT stream, step, outcome FROM event_store.commands WHERE id = $1',
};
