// Values to ask a check about. They grow from one that it takes: the same with a part changed, and the last one before and the first one beyond each limit.

/** Asks the class itself. */
export type Accepts = (value: unknown) => boolean;

type Schema = Readonly<Record<string, unknown>>;

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const STRANGE = ['\n', '\t', '\u0000', '\u007f', '\u0085', '\u00e9', '\u202e', '\u2028', '\ud800', '\u{1f600}'];
/** Text longer than this is not looked at: a limit beyond is that of the message. */
const LONGEST = 1024;

/** `sample` is taken. Plain data, none twice. The values of an `enum` are among them. */
export function probesOf(sample: unknown, schema: Schema, accepts: Accepts): unknown[] {
  const all = [sample, ...OTHER_TYPES, ...((schema['enum'] as unknown[] | undefined) ?? [])];
  if (typeof sample === 'string') all.push(...texts(sample, accepts));
  else if (typeof sample === 'number') all.push(...numbers(sample, accepts));
  else if (Array.isArray(sample)) all.push(...lists(sample, schema, accepts));
  else if (typeof sample === 'object' && sample !== null) all.push(...objects(sample as Schema, schema, accepts));
  return [...new Map(all.map((value) => [JSON.stringify(value), value])).values()];
}

const OTHER_TYPES: readonly unknown[] = [null, true, 0, 1, '', 'text', '1', [], {}];

function texts(sample: string, accepts: Accepts): string[] {
  const variants = [
    sample.toUpperCase(),
    sample.toLowerCase(),
    ` ${sample}`,
    `${sample} `,
    `${sample}\n`,
    `${sample}\0`,
  ];
  return [...variants, ...characters(sample, accepts), ...lengths(sample, accepts)];
}

/** All characters that are taken in one text where it may be so long, each that is refused by itself. */
function characters(sample: string, accepts: Accepts): string[] {
  const places = [(one: string) => one, (one: string) => sample + one];
  const place = places.find((put) => PRINTABLE.some((one) => accepts(put(one))));
  if (!place) return [];
  const taken = PRINTABLE.filter((one) => accepts(place(one))).join('');
  const refused = PRINTABLE.filter((one) => !taken.includes(one));
  return [...(accepts(place(taken)) ? [taken] : taken.split('')), ...refused, ...STRANGE].map(place);
}

/** Both sides of the shortest and of the longest text of one letter. */
function lengths(sample: string, accepts: Accepts): string[] {
  const times = (length: number): string => 'x'.repeat(length);
  const start = [sample.length, 1, 10, 100].find((length) => accepts(times(length)));
  if (start === undefined) return [];
  return limits(start, 0, LONGEST, (length) => accepts(times(length))).map(times);
}

function numbers(sample: number, accepts: Accepts): number[] {
  const beyond = [Number.MAX_SAFE_INTEGER + 1, Number.MIN_SAFE_INTEGER - 1, Number.MAX_VALUE, -1, sample + 0.5];
  if (!Number.isSafeInteger(sample)) return beyond;
  return [...beyond, ...limits(sample, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, accepts)];
}

function lists(sample: readonly unknown[], schema: Schema, accepts: Accepts): unknown[] {
  const [first] = sample;
  if (first === undefined) return [[null], [{}], ['text']];
  const items = probesOf(first, part(schema, 'items'), (value) => accepts([value])).map((value) => [value]);
  const times = (length: number): unknown[] => Array.from({ length }, () => first);
  return [...items, ...limits(sample.length, 0, LONGEST, (length) => accepts(times(length))).map(times)];
}

function objects(sample: Schema, schema: Schema, accepts: Accepts): unknown[] {
  const parts = part(schema, 'properties');
  const changed = Object.entries(sample).flatMap(([name, value]) => {
    const put = (other: unknown) => ({ ...sample, [name]: other });
    return probesOf(value, part(parts, name), (other) => accepts(put(other))).map(put);
  });
  const without = Object.keys(sample).map((name) =>
    Object.fromEntries(Object.entries(sample).filter(([other]) => other !== name)),
  );
  return [...changed, ...without, { ...sample, another: 'text' }, Object.values(sample)];
}

/** The last that is taken on either side of `taken`, and where there is one the first that is not. `holds` is taken to change once on each side. */
function limits(taken: number, lowest: number, highest: number, holds: (at: number) => boolean): number[] {
  const last = (end: number): number => {
    if (holds(end)) return end;
    let [yes, no] = [taken, end];
    while (Math.abs(no - yes) > 1) {
      const middle = yes + Math.trunc((no - yes) / 2);
      if (holds(middle)) yes = middle;
      else no = middle;
    }
    return yes;
  };
  const [low, high] = [last(lowest), last(highest)];
  return [low - 1, low, high, high + 1].filter((at) => at >= lowest && at <= highest);
}

function part(schema: Schema, name: string): Schema {
  return (schema[name] as Schema | undefined) ?? {};
}
