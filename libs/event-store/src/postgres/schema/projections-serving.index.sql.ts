// Two versions of a projection never serve at the same time, whatever two replicas decide.
export const projectionsServingIndex = `
CREATE UNIQUE INDEX projections_serving ON event_store.projections (name) WHERE state = 'serving'`;
