// Removes the placeholder of a process that its unit of work locked and did not save.
export const forgetUnsavedProcessFunction = `
CREATE FUNCTION event_store.forget_unsaved_process() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan TO off AS $$
BEGIN
  DELETE FROM event_store.processes WHERE process = NEW.process AND id = NEW.id AND status = 'new';
  RETURN NULL;
END $$`;
