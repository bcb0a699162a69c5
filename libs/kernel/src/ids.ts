// Ids are UUIDs in lower-case text. The nil and max UUIDs name nothing, so they are no ids.
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for the text of a UUID of versions 1 to 8 (RFC 9562) in lower case: one id, one spelling, one stream. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}
