// The bus's own schema, in a database of its own that all services share. Migrations are append-only: a change is a new entry at the end.

const topics = `
CREATE TABLE bus.topics (
  name text PRIMARY KEY,
  partitions int NOT NULL CHECK (partitions > 0)
)`;

/** key and value are NULL only where a foreign sender wrote them so. */
const messages = `
CREATE TABLE bus.messages (
  position bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 1 CACHE 1) PRIMARY KEY,
  topic text NOT NULL REFERENCES bus.topics,
  partition int NOT NULL,
  key text,
  headers jsonb NOT NULL,
  value bytea,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

const messagesByPartition = `CREATE INDEX messages_by_partition ON bus.messages (topic, partition, position)`;

/** Who consumes in a group, as long as they say so: partitions are shared among these. */
const members = `
CREATE TABLE bus.members (
  group_name text NOT NULL,
  member uuid NOT NULL,
  topics text[] NOT NULL,
  seen_until timestamptz NOT NULL,
  PRIMARY KEY (group_name, member)
)`;

/** How far a group is in a partition, and who works on it. The epoch rises with every change of hands and fences the former owner. */
const consumers = `
CREATE TABLE bus.consumers (
  group_name text NOT NULL,
  topic text NOT NULL REFERENCES bus.topics,
  partition int NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  lease_owner uuid,
  lease_epoch bigint NOT NULL DEFAULT 0,
  leased_until timestamptz,
  PRIMARY KEY (group_name, topic, partition)
)`;

/** The same as the event store's: positions are only comparable within one life of the database. */
const logEpochs = `
CREATE TABLE bus.log_epochs (
  number int PRIMARY KEY,
  epoch uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  system_identifier text NOT NULL,
  timeline int NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

export const busMigrations: readonly { readonly name: string; readonly statements: readonly string[] }[] = [
  { name: '0001-create-bus', statements: [topics, messages, messagesByPartition, members, consumers, logEpochs] },
];
