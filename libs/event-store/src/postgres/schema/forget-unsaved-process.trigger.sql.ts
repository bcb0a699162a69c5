// At COMMIT, because only then it is certain that the unit of work has not saved it: no placeholder is ever committed, whatever callers do.
export const forgetUnsavedProcessTrigger = `
CREATE CONSTRAINT TRIGGER forget_unsaved_process AFTER INSERT ON event_store.processes DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status = 'new') EXECUTE FUNCTION event_store.forget_unsaved_process()`;
