// What the checks of a field really take and refuse, recorded with the release: a limit that is moved inside a validator changes no text of a message.
import type { ContractEvent } from './contract-events.js';
import { kindOf } from './field-kinds.js';
import { probesOf, type Accepts } from './probe-values.js';
import type { Releases } from './releases.js';

export interface Verdicts {
  readonly accepted: readonly unknown[];
  readonly refused: readonly unknown[];
}

/** By type and checks as they are written, `string @IsLine()`: fields that are written alike take the same values. */
export type RecordedValues = Readonly<Record<string, Verdicts>>;

export interface CheckedField {
  readonly key: string;
  readonly event: ContractEvent;
  readonly name: string;
  /** A value that is taken. */
  readonly sample: unknown;
  /** Of today's class, read as an inbox reads. */
  readonly accepts: Accepts;
}

export interface ValueProblem {
  readonly event: ContractEvent;
  readonly what: string;
}

export function keysOf({ fields, checks }: Pick<ContractEvent, 'fields' | 'checks'>): Map<string, string> {
  return new Map(
    Object.entries(fields).map(([field, type]) => {
      const name = field.replace(/\?$/, '');
      return [name, [type, ...(checks[name] ?? []).map((check) => `@${check}`)].join(' ')];
    }),
  );
}

/** Of what was recorded, that which a form still needs. */
export function bindingValues(before: RecordedValues, binding: Releases): RecordedValues {
  const needed = new Set(
    Object.values(binding)
      .flat()
      .flatMap((form) => [...keysOf(form).values()]),
  );
  return Object.fromEntries(Object.entries(before).filter(([key]) => needed.has(key)));
}

/** What binds, as it was recorded, and what today's classes say to the values of other fields. */
export function renewedValues(binding: RecordedValues, fields: readonly CheckedField[]): RecordedValues {
  const values = new Map(Object.entries(binding));
  for (const { key, event, name, sample, accepts } of fields) {
    if (values.has(key)) continue;
    const { schema, alsoAsked = [] } = kindOf(event.checks[name] ?? [], fieldType(event, name));
    const probes = [...probesOf(sample, schema, accepts), ...alsoAsked];
    values.set(key, {
      accepted: probes.filter(accepts),
      refused: probes.filter((value) => !accepts(value)),
    });
  }
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One for each check that does not say what it said; it names all fields that it is written at. */
export function valueProblems(recorded: RecordedValues, fields: readonly CheckedField[]): ValueProblem[] {
  return Object.entries(recorded).flatMap(([key, { accepted, refused }]) => {
    const places = fields.filter((field) => field.key === key);
    const say = (values: readonly unknown[], wasAccepted: boolean): ValueProblem[] => {
      const moved = places.flatMap((place) => {
        const value = values.findIndex((one) => place.accepts(one) !== wasAccepted);
        return value === -1 ? [] : [{ place, value: values[value] }];
      });
      const [first] = moved;
      if (!first) return [];
      const names = moved.map(({ place: { event, name } }) => `${event.className}.${name}`).join(', ');
      return [{ event: first.place.event, what: movedText(key, names, first.value, wasAccepted) }];
    };
    return [...say(accepted, true), ...say(refused, false)];
  });
}

function movedText(key: string, names: string, value: unknown, wasAccepted: boolean): string {
  const [now, then, who] = wasAccepted
    ? ['refuses', 'took', 'what was published before, or still is by an older build, would be parked']
    : ['takes', 'refused', 'who was built for the release would park what is published now'];
  return (
    `${names}: ${checksOf(key)} ${now} ${shown(value)} now, and ${then} it when it was released: ${who}. ` +
    'Put its limit back. Another limit is another check, in the next version of each of these messages.'
  );
}

function checksOf(key: string): string {
  return key.includes(' @') ? key.slice(key.indexOf(' @') + 1) : `a field of type ${key}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}

function fieldType({ fields }: ContractEvent, name: string): string {
  return fields[name] ?? fields[`${name}?`] ?? 'unknown';
}
