// `?asOf=`: a version from 1, or an ISO 8601 time with its offset.

const version = /^[1-9]\d{0,8}$/;
const time = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** For the API docs: the form; whether there is such a day is looked at afterwards. */
export const AS_OF_PATTERN = `${version.source}|${time.source}`;

/** Undefined when it is neither. */
export function readAsOf(text: string): number | Date | undefined {
  if (version.test(text)) return Number(text);
  const day = time.exec(text)?.[1];
  const date = new Date(text);
  if (day === undefined || Number.isNaN(date.getTime())) return undefined;
  const isDay = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day); // Date takes 31 February for 3 March
  return isDay && date.getUTCFullYear() >= 1 ? date : undefined;
}
