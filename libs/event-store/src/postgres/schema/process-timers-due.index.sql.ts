// Finds what is due, in the order it became due, and when the next timer is.
export const processTimersDueIndex = `
CREATE INDEX process_timers_due ON event_store.process_timers (due_at, timer_id)`;
