// Whose personal data a snapshot holds (encrypted), so that forgetting them finds it. The index has only those that hold some.
export const snapshotsSubjects = `
ALTER TABLE event_store.snapshots ADD COLUMN subjects text[] NOT NULL DEFAULT '{}'`;

export const snapshotsSubjectsIndex = `
CREATE INDEX snapshots_subjects ON event_store.snapshots USING gin (subjects) WHERE subjects <> '{}'`;
