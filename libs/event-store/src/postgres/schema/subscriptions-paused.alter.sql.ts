// An operator may keep everybody from a subscription: its lease is given to nobody while paused_at is set. Who did it and why goes with it.
export const subscriptionsPaused = `
ALTER TABLE event_store.subscriptions
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN paused_by text,
  ADD COLUMN pause_reason text,
  ADD CONSTRAINT subscriptions_pause_is_whole CHECK (num_nulls(paused_at, paused_by, pause_reason) IN (0, 3))`;
