// Operators change what they may change through functions, which record it. Whoever was given the right to do it by hand has that taken back.

/** What an operator's role may call. They run as the owner, so that it needs no right to the tables. */
export const OPERATIONS = ['operate_parked', 'operate_unreadable', 'operate_projection', 'operate_process'] as const;

export const FUNCTIONS_OF_OPERATORS = OPERATIONS.map((name) => `event_store.${name}`).join(', ');

/** A new function may be called by everybody. */
export const operationsForNobody = `
REVOKE EXECUTE ON FUNCTION event_store.record_operation, ${FUNCTIONS_OF_OPERATORS} FROM PUBLIC`;

/** Who may add to the inbox and not to what the owner makes next is an operator of an earlier build: the service may do both. */
export const operatorsByFunctionsOnly = `
DO $grant$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT r.oid, r.rolname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a JOIN pg_roles r ON r.oid = a.grantee AND r.oid <> c.relowner
     WHERE c.oid = 'event_store.inbound_messages'::regclass AND a.privilege_type = 'INSERT'
       AND NOT EXISTS (SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS g
                        WHERE d.defaclnamespace = 'event_store'::regnamespace AND d.defaclobjtype = 'r'
                          AND g.grantee = r.oid AND g.privilege_type = 'INSERT')
       AND EXISTS (SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS g
                    WHERE d.defaclnamespace = 'event_store'::regnamespace AND d.defaclobjtype = 'r' AND g.grantee = r.oid)
  LOOP
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA event_store FROM %I', one.rolname);
    EXECUTE format('GRANT EXECUTE ON FUNCTION ${FUNCTIONS_OF_OPERATORS} TO %I', one.rolname);
  END LOOP;
END $grant$`;
