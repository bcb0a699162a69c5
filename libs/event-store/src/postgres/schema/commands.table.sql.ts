// What became of each decision of each command, so that the same command again gets its first result.

/** An accepted decision has first_version, version and position; an unchanged one version; a rejected one rejection. */
export const commandsTable = `
CREATE TABLE event_store.commands (
  id uuid NOT NULL,
  stream text NOT NULL,
  step int NOT NULL CHECK (step >= 0),
  type text NOT NULL,
  content_hash text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('accepted', 'unchanged', 'rejected')),
  first_version int,
  version int,
  position bigint,
  rejection jsonb,
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, stream, step),
  CHECK (CASE outcome
    WHEN 'accepted' THEN first_version IS NOT NULL AND version IS NOT NULL AND position IS NOT NULL
    WHEN 'unchanged' THEN version IS NOT NULL
    ELSE rejection IS NOT NULL
  END)
)`;
