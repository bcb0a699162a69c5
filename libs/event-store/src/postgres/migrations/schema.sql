CREATE SCHEMA event_store;

CREATE TABLE event_store.commands (
  content_hash text NOT NULL,
  first_version integer,
  id uuid NOT NULL,
  outcome text NOT NULL,
  "position" bigint,
  recorded_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  rejection jsonb,
  step integer NOT NULL,
  stream text NOT NULL,
  type text NOT NULL,
  version integer
);

CREATE TABLE event_store.discarded_messages (
  log text NOT NULL,
  message_id text NOT NULL,
  "position" bigint NOT NULL,
  subscription text NOT NULL
);

CREATE TABLE event_store.events (
  data jsonb NOT NULL,
  id uuid NOT NULL,
  metadata jsonb NOT NULL,
  occurred_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  schema_version integer NOT NULL,
  stream text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL
);

CREATE TABLE event_store.idempotency_keys (
  command_id uuid NOT NULL,
  id uuid NOT NULL,
  renewed_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE event_store.inbound_messages (
  content_hash text NOT NULL,
  data jsonb NOT NULL,
  id text NOT NULL,
  key text NOT NULL,
  metadata jsonb NOT NULL,
  "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  received_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  schema_version integer NOT NULL,
  topic text,
  type text NOT NULL,
  version integer NOT NULL
);

CREATE TABLE event_store.log_epochs (
  epoch uuid DEFAULT gen_random_uuid() NOT NULL,
  number integer NOT NULL,
  started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  system_identifier text NOT NULL,
  timeline integer NOT NULL
);

CREATE TABLE event_store.operations_log (
  action text NOT NULL,
  actor text NOT NULL,
  at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  database_user text DEFAULT SESSION_USER,
  detail jsonb NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  reason text,
  subject text NOT NULL
);

CREATE TABLE event_store.outgoing_commands (
  data jsonb NOT NULL,
  id uuid NOT NULL,
  key text NOT NULL,
  metadata jsonb NOT NULL,
  "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  recorded_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  type text NOT NULL
);

CREATE TABLE event_store.parked_messages (
  attempts integer DEFAULT 0 NOT NULL,
  due_at timestamp with time zone,
  key text NOT NULL,
  log text NOT NULL,
  message_id text NOT NULL,
  mirror_claimed_until timestamp with time zone,
  mirror_claims integer DEFAULT 0 NOT NULL,
  mirrored_at timestamp with time zone,
  parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  "position" bigint NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  status text NOT NULL,
  subscription text NOT NULL,
  type text NOT NULL
);

CREATE TABLE event_store.process_keys (
  id text NOT NULL,
  key text NOT NULL,
  learned_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  process text NOT NULL
);

CREATE TABLE event_store.process_timers (
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  due_at timestamp with time zone NOT NULL,
  metadata jsonb NOT NULL,
  name text NOT NULL,
  process text NOT NULL,
  process_id text NOT NULL,
  timer_id uuid NOT NULL
);

CREATE TABLE event_store.processes (
  compensation jsonb,
  id text NOT NULL,
  process text NOT NULL,
  started_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  state jsonb NOT NULL,
  state_version integer NOT NULL,
  status text NOT NULL,
  undo jsonb NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE event_store.projections (
  begun_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  caught_up text[] DEFAULT '{}'::text[] NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  switched_at timestamp with time zone,
  switched_position bigint,
  taken_up_at timestamp with time zone,
  version integer NOT NULL
);

CREATE TABLE event_store.seals (
  digests bytea NOT NULL,
  events integer NOT NULL,
  from_position bigint NOT NULL,
  hash bytea NOT NULL,
  key_id text NOT NULL,
  mac bytea NOT NULL,
  number bigint NOT NULL,
  sealed_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  to_position bigint NOT NULL
);

CREATE TABLE event_store.snapshots (
  revision text NOT NULL,
  state json NOT NULL,
  state_hash text NOT NULL,
  stream text NOT NULL,
  subjects text[] DEFAULT '{}'::text[] NOT NULL,
  taken_at timestamp(3) with time zone NOT NULL,
  version integer NOT NULL
);

CREATE TABLE event_store.subject_keys (
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  destroyed_at timestamp(3) with time zone,
  master_key text,
  subject text NOT NULL,
  wrapped bytea
);

CREATE TABLE event_store.subscription_members (
  alive_until timestamp with time zone NOT NULL,
  log text NOT NULL,
  member text NOT NULL,
  name text NOT NULL
);

CREATE TABLE event_store.subscriptions (
  lease_epoch bigint DEFAULT 0 NOT NULL,
  lease_owner text,
  leased_until timestamp with time zone,
  log text NOT NULL,
  log_epoch text NOT NULL,
  name text NOT NULL,
  pause_reason text,
  paused_at timestamp with time zone,
  paused_by text,
  "position" bigint NOT NULL,
  updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE event_store.unreadable_messages (
  content text GENERATED ALWAYS AS (md5(((COALESCE(key, ''::text) || (headers)::text) || COALESCE(encode(value, 'base64'::text), 'null'::text)))) STORED NOT NULL,
  detail text NOT NULL,
  headers jsonb NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  key text,
  mirror_claimed_until timestamp with time zone,
  mirror_claims integer DEFAULT 0 NOT NULL,
  mirrored_at timestamp with time zone,
  "offset" text NOT NULL,
  partition integer NOT NULL,
  reason_code text NOT NULL,
  received_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  resolution text,
  resolved_at timestamp(3) with time zone,
  topic text NOT NULL,
  value bytea
);

ALTER TABLE event_store.commands ADD CONSTRAINT commands_check CHECK (
CASE outcome
    WHEN 'accepted'::text THEN ((first_version IS NOT NULL) AND (version IS NOT NULL) AND ("position" IS NOT NULL))
    WHEN 'unchanged'::text THEN (version IS NOT NULL)
    ELSE (rejection IS NOT NULL)
END);

ALTER TABLE event_store.commands ADD CONSTRAINT commands_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'unchanged'::text, 'rejected'::text])));

ALTER TABLE event_store.commands ADD CONSTRAINT commands_pkey PRIMARY KEY (id, stream, step);

ALTER TABLE event_store.commands ADD CONSTRAINT commands_step_check CHECK ((step >= 0));

ALTER TABLE event_store.discarded_messages ADD CONSTRAINT discarded_messages_log_check CHECK ((log = ANY (ARRAY['events'::text, 'inbound'::text, 'outgoing'::text])));

ALTER TABLE event_store.discarded_messages ADD CONSTRAINT discarded_messages_pkey PRIMARY KEY (subscription, log, "position");

ALTER TABLE event_store.events ADD CONSTRAINT events_id_unique UNIQUE (id);

ALTER TABLE event_store.events ADD CONSTRAINT events_pkey PRIMARY KEY ("position");

ALTER TABLE event_store.events ADD CONSTRAINT events_position_positive CHECK (("position" > 0));

ALTER TABLE event_store.events ADD CONSTRAINT events_schema_version_check CHECK ((schema_version > 0));

ALTER TABLE event_store.events ADD CONSTRAINT events_stream_version_unique UNIQUE (stream, version);

ALTER TABLE event_store.events ADD CONSTRAINT events_version_check CHECK ((version > 0));

ALTER TABLE event_store.idempotency_keys ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id);

ALTER TABLE event_store.inbound_messages ADD CONSTRAINT inbound_messages_id_unique UNIQUE (id);

ALTER TABLE event_store.inbound_messages ADD CONSTRAINT inbound_messages_pkey PRIMARY KEY ("position");

ALTER TABLE event_store.log_epochs ADD CONSTRAINT log_epochs_epoch_key UNIQUE (epoch);

ALTER TABLE event_store.log_epochs ADD CONSTRAINT log_epochs_pkey PRIMARY KEY (number);

ALTER TABLE event_store.operations_log ADD CONSTRAINT operations_log_actor_check CHECK ((actor <> ''::text));

ALTER TABLE event_store.operations_log ADD CONSTRAINT operations_log_pkey PRIMARY KEY (id);

ALTER TABLE event_store.outgoing_commands ADD CONSTRAINT outgoing_commands_id_unique UNIQUE (id);

ALTER TABLE event_store.outgoing_commands ADD CONSTRAINT outgoing_commands_pkey PRIMARY KEY ("position");

ALTER TABLE event_store.parked_messages ADD CONSTRAINT parked_messages_log_check CHECK ((log = ANY (ARRAY['events'::text, 'inbound'::text, 'outgoing'::text])));

ALTER TABLE event_store.parked_messages ADD CONSTRAINT parked_messages_pkey PRIMARY KEY (subscription, log, "position");

ALTER TABLE event_store.parked_messages ADD CONSTRAINT parked_messages_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'behind'::text, 'parked'::text])));

ALTER TABLE event_store.process_keys ADD CONSTRAINT process_keys_pkey PRIMARY KEY (process, key);

ALTER TABLE event_store.process_keys ADD CONSTRAINT process_keys_process_id_fkey FOREIGN KEY (process, id) REFERENCES event_store.processes(process, id) ON DELETE CASCADE;

ALTER TABLE event_store.process_timers ADD CONSTRAINT process_timers_pkey PRIMARY KEY (timer_id);

ALTER TABLE event_store.processes ADD CONSTRAINT forget_unsaved_process TRIGGER DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE event_store.processes ADD CONSTRAINT processes_pkey PRIMARY KEY (process, id);

ALTER TABLE event_store.processes ADD CONSTRAINT processes_state_version_check CHECK ((state_version >= 0));

ALTER TABLE event_store.processes ADD CONSTRAINT processes_status_check CHECK ((status = ANY (ARRAY['new'::text, 'running'::text, 'completed'::text])));

ALTER TABLE event_store.projections ADD CONSTRAINT projections_check CHECK (((state = 'building'::text) = (switched_at IS NULL)));

ALTER TABLE event_store.projections ADD CONSTRAINT projections_name_check CHECK ((name <> ''::text));

ALTER TABLE event_store.projections ADD CONSTRAINT projections_pkey PRIMARY KEY (name, version);

ALTER TABLE event_store.projections ADD CONSTRAINT projections_state_check CHECK ((state = ANY (ARRAY['building'::text, 'serving'::text, 'retired'::text])));

ALTER TABLE event_store.projections ADD CONSTRAINT projections_version_check CHECK ((version > 0));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_check CHECK ((to_position >= from_position));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_check1 CHECK ((length(digests) = (16 * events)));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_events_check CHECK ((events > 0));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_from_position_check CHECK ((from_position > 0));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_hash_check CHECK ((length(hash) = 32));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_mac_check CHECK ((length(mac) = 32));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_number_check CHECK ((number > 0));

ALTER TABLE event_store.seals ADD CONSTRAINT seals_pkey PRIMARY KEY (number);

ALTER TABLE event_store.snapshots ADD CONSTRAINT snapshots_pkey PRIMARY KEY (stream);

ALTER TABLE event_store.snapshots ADD CONSTRAINT snapshots_version_check CHECK ((version > 0));

ALTER TABLE event_store.subject_keys ADD CONSTRAINT subject_keys_key_or_tombstone CHECK ((((destroyed_at IS NULL) AND (wrapped IS NOT NULL) AND (master_key IS NOT NULL)) OR ((destroyed_at IS NOT NULL) AND (wrapped IS NULL) AND (master_key IS NULL))));

ALTER TABLE event_store.subject_keys ADD CONSTRAINT subject_keys_pkey PRIMARY KEY (subject);

ALTER TABLE event_store.subscription_members ADD CONSTRAINT subscription_members_pkey PRIMARY KEY (name, log, member);

ALTER TABLE event_store.subscriptions ADD CONSTRAINT subscriptions_log_check CHECK ((log = ANY (ARRAY['events'::text, 'inbound'::text, 'outgoing'::text])));

ALTER TABLE event_store.subscriptions ADD CONSTRAINT subscriptions_pause_is_whole CHECK ((num_nulls(paused_at, paused_by, pause_reason) = ANY (ARRAY[0, 3])));

ALTER TABLE event_store.subscriptions ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (name, log);

ALTER TABLE event_store.subscriptions ADD CONSTRAINT subscriptions_position_check CHECK (("position" >= 0));

ALTER TABLE event_store.unreadable_messages ADD CONSTRAINT unreadable_messages_pkey PRIMARY KEY (id);

ALTER TABLE event_store.unreadable_messages ADD CONSTRAINT unreadable_messages_place_unique UNIQUE (topic, partition, "offset", content);

ALTER TABLE event_store.unreadable_messages ADD CONSTRAINT unreadable_messages_resolution_check CHECK ((resolution = ANY (ARRAY['replayed'::text, 'discarded'::text])));

CREATE INDEX idempotency_keys_renewed_at ON event_store.idempotency_keys USING btree (renewed_at);

CREATE INDEX operations_log_subject ON event_store.operations_log USING btree (subject, id);

CREATE INDEX parked_messages_heads ON event_store.parked_messages USING btree (subscription, log, key, "position");

CREATE INDEX parked_messages_unmirrored ON event_store.parked_messages USING btree (parked_at) WHERE ((status = 'parked'::text) AND (mirrored_at IS NULL));

CREATE INDEX process_keys_owner ON event_store.process_keys USING btree (process, id);

CREATE INDEX process_timers_due ON event_store.process_timers USING btree (due_at, timer_id);

CREATE INDEX snapshots_subjects ON event_store.snapshots USING gin (subjects) WHERE (subjects <> '{}'::text[]);

CREATE INDEX unreadable_messages_unmirrored ON event_store.unreadable_messages USING btree (id) WHERE ((resolution IS NULL) AND (mirrored_at IS NULL));

CREATE UNIQUE INDEX projections_serving ON event_store.projections USING btree (name) WHERE (state = 'serving'::text);

CREATE OR REPLACE FUNCTION event_store.discard_parked(of_subscription text, of_log text, at bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
  was record;
  checkpoint bigint;
BEGIN
  DELETE FROM event_store.parked_messages AS p
   WHERE p.subscription = of_subscription AND p.log = of_log AND p.position = at AND p.status = 'parked' RETURNING p.* INTO was;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT s.position INTO checkpoint FROM event_store.subscriptions AS s WHERE s.name = of_subscription AND s.log = of_log;
  DELETE FROM event_store.discarded_messages AS d
   WHERE d.subscription = of_subscription AND d.log = of_log AND d.position <= checkpoint;
  IF checkpoint < at THEN
    INSERT INTO event_store.discarded_messages AS d (subscription, log, position, message_id)
    VALUES (of_subscription, of_log, at, was.message_id)
    ON CONFLICT ON CONSTRAINT discarded_messages_pkey DO UPDATE SET message_id = excluded.message_id;
  END IF;
  RETURN true;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.fire_due_timers(most integer, OUT fired integer, OUT next_in_ms double precision)
 RETURNS record
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
  WITH due AS (
    DELETE FROM event_store.process_timers WHERE timer_id = ANY (ARRAY(
      SELECT timer_id FROM event_store.process_timers WHERE due_at <= statement_timestamp()
       ORDER BY due_at, timer_id LIMIT most FOR UPDATE
    )) RETURNING *
  ), record AS (
    SELECT due_at, timer_id, timer_id::text AS id, process || '/' || process_id AS key, 'process.timer' AS type,
           jsonb_build_object('process', process, 'id', process_id, 'name', name) AS data, metadata
      FROM due
  )
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  SELECT id, NULL, key, type, 1, 0, data, metadata,
         encode(sha256(convert_to(jsonb_build_array(type, key, data)::text, 'UTF8')), 'hex')
    FROM record
   WHERE NOT EXISTS (SELECT 1 FROM event_store.inbound_messages AS known WHERE known.id = record.id)
   ORDER BY due_at, timer_id
  ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS fired = ROW_COUNT;

  SELECT ceil(greatest(0, extract(epoch FROM next.due_at - clock_timestamp()) * 1000)) INTO next_in_ms
    FROM (SELECT due_at FROM event_store.process_timers ORDER BY due_at LIMIT 1) AS next;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.forget_unsaved_process()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
  DELETE FROM event_store.processes WHERE process = NEW.process AND id = NEW.id AND status = 'new';
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.keep_tombstones()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.destroyed_at IS NOT NULL THEN
    RAISE EXCEPTION 'Keys of subjects are destroyed once and never come back; rows are not deleted'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.learn_process_keys(of_process text, of_id text, learned text[])
 RETURNS TABLE(key text, id text)
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
  SELECT of_process, l.key, 'new', 0, '{}', '[]' FROM unnest(learned) AS l (key) ORDER BY l.key
  ON CONFLICT DO NOTHING;

  INSERT INTO event_store.process_keys (process, key, id)
  SELECT of_process, l.key, of_id FROM unnest(learned) AS l (key)
   WHERE NOT EXISTS (SELECT 1 FROM event_store.processes AS p WHERE p.process = of_process AND p.id = l.key AND p.status <> 'new')
   ORDER BY l.key
  ON CONFLICT DO NOTHING;

  RETURN QUERY
  SELECT k.key, k.id FROM event_store.process_keys AS k
   WHERE k.process = of_process AND k.key = ANY (learned) AND k.id <> of_id
  UNION
  SELECT p.id, p.id FROM event_store.processes AS p
   WHERE p.process = of_process AND p.id = ANY (learned) AND p.id <> of_id AND p.status <> 'new';
END $function$
;

CREATE OR REPLACE FUNCTION event_store.lock_processes(of_process text, wanted text[], starting text[])
 RETURNS TABLE(process text, id text, status text, state_version integer, state jsonb, undo jsonb, compensation jsonb, keys text[])
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  ids text[];
BEGIN
  INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
  SELECT of_process, s.id, 'new', 0, '{}', '[]' FROM unnest(starting) AS s (id)
   WHERE NOT EXISTS (SELECT 1 FROM event_store.process_keys AS k WHERE k.process = of_process AND k.key = s.id)
   ORDER BY s.id
  ON CONFLICT DO NOTHING;

  ids := ARRAY(
    SELECT coalesce((SELECT k.id FROM event_store.process_keys AS k WHERE k.process = of_process AND k.key = w.key), w.key)
      FROM unnest(wanted) AS w (key));

  ids := ARRAY(SELECT p.id FROM event_store.processes AS p WHERE p.process = of_process AND p.id = ANY (ids) ORDER BY p.id FOR UPDATE);

  RETURN QUERY
  SELECT p.process, p.id, p.status, p.state_version, p.state, p.undo, p.compensation,
         ARRAY(SELECT k.key FROM event_store.process_keys AS k WHERE k.process = p.process AND k.id = p.id ORDER BY k.key)
    FROM event_store.processes AS p WHERE p.process = of_process AND p.id = ANY (ids);
END $function$
;

CREATE OR REPLACE FUNCTION event_store.operate_parked(context text, change text, records jsonb, of_process text, actor text, reason text)
 RETURNS TABLE(subscription text, log text, "position" bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
  was record;
  changed int := 0;
BEGIN
  IF change NOT IN ('replay', 'discard') THEN
    RAISE EXCEPTION 'What is parked is replayed or discarded, not %.', change USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR was IN
    SELECT p.* FROM event_store.parked_messages AS p
      JOIN jsonb_to_recordset(records) AS r (subscription text, log text, "position" bigint)
        ON p.subscription = r.subscription AND p.log = r.log AND p.position = r.position
     WHERE p.status = 'parked' ORDER BY p.subscription, p.log, p.position FOR UPDATE OF p
  LOOP
    IF change = 'replay' THEN
      UPDATE event_store.parked_messages AS p SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
       WHERE p.subscription = was.subscription AND p.log = was.log AND p.position = was.position;
    ELSE
      PERFORM event_store.discard_parked(was.subscription, was.log, was.position);
    END IF;
    PERFORM event_store.record_operation(actor, 'parked.' || change,
      format('%s/%s/%s/%s', context, was.subscription, was.log, was.position), reason,
      jsonb_build_object('messageId', was.message_id, 'type', was.type, 'key', was.key, 'attempts', was.attempts, 'reason', was.reason,
        'parkedAt', to_char(was.parked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
    changed := changed + 1;
    RETURN QUERY SELECT was.subscription, was.log, was.position;
  END LOOP;
  IF changed > 0 AND of_process IS NOT NULL THEN
    PERFORM event_store.record_operation(actor, 'process.retry', format('%s/process/%s', context, of_process), reason,
      jsonb_build_object('replayed', changed));
  END IF;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.operate_process(context text, process text, id text, actor text, reason text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
  steps int;
  signal text := gen_random_uuid()::text;
  told jsonb := jsonb_build_object('process', process, 'id', id, 'reason', reason, 'actor', actor);
BEGIN
  SELECT jsonb_array_length(p.undo) + coalesce(jsonb_array_length(p.compensation->'refused'), 0) INTO steps
    FROM event_store.processes AS p
   WHERE p.process = operate_process.process AND p.status <> 'new'
     AND p.id = coalesce((SELECT k.id FROM event_store.process_keys AS k WHERE k.process = operate_process.process AND k.key = operate_process.id),
                         operate_process.id);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  VALUES (signal, NULL, format('%s/%s', process, id), 'process.compensate', 1, 0,
          told, jsonb_build_object('correlationId', signal, 'actor', actor, 'reason', reason),
          encode(sha256(convert_to(told::text, 'UTF8')), 'hex'));
  PERFORM event_store.record_operation(actor, 'process.compensate', format('%s/process/%s/%s', context, process, id), reason,
    jsonb_build_object('undo', steps, 'messageId', signal));
  RETURN signal;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.operate_projection(context text, change text, projection text, actor text, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
  changed record;
  place bigint;
BEGIN
  IF change NOT IN ('pause', 'resume') THEN
    RAISE EXCEPTION 'A read model is paused or resumed, not %.', change USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF projection !~ '^[^/]+@v[0-9]+$' THEN
    RAISE EXCEPTION 'A read model is named <name>@v<version>, not %.', projection USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF actor = 'division' THEN
    RAISE EXCEPTION 'The name division is taken: it marks segments that others have taken over from.' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR changed IN
    SELECT s.name, s.log, s.position FROM event_store.subscriptions AS s
     WHERE (s.name = projection OR (starts_with(s.name, projection || '/') AND substr(s.name, length(projection) + 2) ~ '^[0-9]+-of-[0-9]+$'))
       AND (s.paused_at IS NULL) = (change = 'pause') AND s.paused_by IS DISTINCT FROM 'division'
     ORDER BY s.name, s.log FOR UPDATE
  LOOP
    IF change = 'pause' THEN
      UPDATE event_store.subscriptions AS s
         SET paused_at = clock_timestamp(), paused_by = actor, pause_reason = reason,
             lease_owner = NULL, leased_until = NULL, lease_epoch = s.lease_epoch + 1
       WHERE s.name = changed.name AND s.log = changed.log;
    ELSE
      UPDATE event_store.subscriptions AS s SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
       WHERE s.name = changed.name AND s.log = changed.log;
    END IF;
    place := least(place, changed.position);
  END LOOP;
  IF place IS NULL THEN
    RETURN false;
  END IF;
  PERFORM event_store.record_operation(actor, 'projection.' || change, format('%s/%s', context, projection), reason,
    jsonb_build_object('position', place::text));
  RETURN true;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.operate_unreadable(context text, unreadable bigint, message jsonb, actor text, reason text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
  was record;
  known text;
  outcome text := 'done';
  seen jsonb;
BEGIN
  SELECT u.topic, u.partition, u."offset", u.key, u.headers, u.reason_code INTO was
    FROM event_store.unreadable_messages AS u WHERE u.id = unreadable AND u.resolution IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'absent';
  END IF;
  seen := jsonb_build_object('topic', was.topic, 'partition', was.partition, 'offset', was."offset", 'key', was.key, 'reasonCode', was.reason_code);
  IF message IS NOT NULL THEN
    IF was.headers->>'ce_type' LIKE 'process.%' THEN
      RAISE EXCEPTION 'A message of type % is none that comes from a broker: only a service tells its processes that.', was.headers->>'ce_type'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT content_hash INTO known FROM event_store.inbound_messages WHERE id = was.headers->>'ce_id';
    IF NOT FOUND THEN
      INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
      VALUES (was.headers->>'ce_id', was.topic, coalesce(was.key, was.headers->>'ce_subject', was.headers->>'ce_id'), was.headers->>'ce_type',
              (message->>'schemaVersion')::int, (message->>'version')::int, message->'data', message->'metadata', message->>'contentHash')
      ON CONFLICT (id) DO NOTHING;
      IF NOT FOUND THEN
        SELECT content_hash INTO known FROM event_store.inbound_messages WHERE id = was.headers->>'ce_id';
      END IF;
    END IF;
    IF known IS NOT NULL AND known IS DISTINCT FROM message->>'contentHash' THEN
      RETURN 'id-reused';
    ELSIF known IS NOT NULL THEN
      outcome := 'duplicate';
    END IF;
    seen := seen || jsonb_build_object('id', was.headers->>'ce_id', 'type', was.headers->>'ce_type');
  END IF;
  UPDATE event_store.unreadable_messages AS u
     SET resolution = CASE WHEN message IS NULL THEN 'discarded' ELSE 'replayed' END, resolved_at = clock_timestamp()
   WHERE u.id = unreadable;
  PERFORM event_store.record_operation(actor, CASE WHEN message IS NULL THEN 'unreadable.discard' ELSE 'unreadable.replay' END,
    format('%s/unreadable/%s', context, unreadable), reason, seen);
  RETURN outcome;
END $function$
;

CREATE OR REPLACE FUNCTION event_store.record_operation(actor text, action text, subject text, reason text, detail jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  IF coalesce(btrim(actor), '') = '' OR coalesce(btrim(reason), '') = '' THEN
    RAISE EXCEPTION 'An operation is recorded with who does it and why: % of % lacks one of them.', action, subject
      USING ERRCODE = 'null_value_not_allowed';
  END IF;
  INSERT INTO event_store.operations_log (actor, action, subject, reason, detail) VALUES (actor, action, subject, reason, detail);
END $function$
;

CREATE OR REPLACE FUNCTION event_store.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'Events are immutable: % on %.% is refused. Append an event that corrects the earlier one.',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $function$
;

CREATE OR REPLACE FUNCTION event_store.refuse_seal_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'Seals are immutable: % on %.% is refused. A seal that was changed can no longer be verified.',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $function$
;

CREATE CONSTRAINT TRIGGER forget_unsaved_process AFTER INSERT ON event_store.processes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.status = 'new'::text)) EXECUTE FUNCTION event_store.forget_unsaved_process();
ALTER TABLE event_store.processes ENABLE  TRIGGER forget_unsaved_process;

CREATE TRIGGER events_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON event_store.events FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_change();
ALTER TABLE event_store.events ENABLE ALWAYS TRIGGER events_immutable;

CREATE TRIGGER seals_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON event_store.seals FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_seal_change();
ALTER TABLE event_store.seals ENABLE ALWAYS TRIGGER seals_immutable;

CREATE TRIGGER subject_keys_keep_tombstones BEFORE DELETE OR UPDATE ON event_store.subject_keys FOR EACH ROW EXECUTE FUNCTION event_store.keep_tombstones();
ALTER TABLE event_store.subject_keys ENABLE  TRIGGER subject_keys_keep_tombstones;

ALTER TABLE event_store.seals ALTER COLUMN digests SET STORAGE EXTERNAL;
