// Whether a message may change as it did: today's class reads every released form of it, and who was built for one reads what is published today.
import { isDeepStrictEqual } from 'node:util';
import { findMisfits, type Fields } from '../shapes/misfits.js';
import type { ContractEvent } from './contract-events.js';
import { kindOf } from './field-kinds.js';

/** A form of a message that others may have been built for. */
export interface Release {
  readonly fields: Fields;
  readonly checks: Readonly<Record<string, readonly string[]>>;
  /** A message of it, read by today's class in every check. */
  readonly sample: Readonly<Record<string, unknown>>;
}

/** Type → its forms, oldest first. */
export type Releases = Readonly<Record<string, readonly Release[]>>;

export interface ReleaseProblem {
  /** Undefined where no class is left. */
  readonly event: ContractEvent | undefined;
  readonly what: string;
}

/** All that was released before, whatever is left of it in the files, but for what was withdrawn. What is not released yet may be recorded anew. */
export function bindingReleases(before: Releases, withdrawn: Releases): Releases {
  const isWithdrawn = (type: string, release: Release) =>
    (withdrawn[type] ?? []).some((one) => isSameForm(one, release));
  return Object.fromEntries(
    Object.entries(before).map(([type, forms]) => [type, forms.filter((release) => !isWithdrawn(type, release))]),
  );
}

/** Types of which a form that binds was taken out of the files, or edited. */
export function typesTakenOut(binding: Releases, recorded: Releases): string[] {
  const isThere = (type: string, release: Release) => (recorded[type] ?? []).some((one) => isSameRelease(one, release));
  return Object.entries(binding).flatMap(([type, forms]) =>
    forms.every((release) => isThere(type, release)) ? [] : [type],
  );
}

/** One line for each place where the two do not go together, in either direction; none when both can be deployed in any order. */
export function incompatibilities(release: Release, today: Pick<ContractEvent, 'fields' | 'checks'>): string[] {
  const lines = new Map<string, string>();
  const say = (path: string, line: string): unknown => lines.has(path) || lines.set(path, `${path} ${line}`);
  for (const { kind, path, stored, present } of findMisfits(release.fields, today.fields)) {
    if (kind === 'gone') say(path, 'is gone, and who was built for the release needs it');
    else if (kind === 'new') say(path, 'is new and must be there, and what was published has none');
    else if (kind === 'required') say(path, 'must be there now, and was published without');
    else say(path, `is ${present} now, and was published as ${stored}`);
  }
  for (const { kind, path, stored, present } of findMisfits(today.fields, release.fields)) {
    if (kind === 'gone' || kind === 'new') continue; // what is added is not read by who does not know it; what is missing is said above
    if (kind === 'required') say(path, 'may be missing now, and who was built for the release needs it');
    else say(path, `may be ${stored} now, and who was built for the release reads ${present}`);
  }
  for (const [name, before] of Object.entries(release.checks)) {
    const now = today.checks[name];
    if (now && now.join(' ') !== before.join(' '))
      say(
        name,
        `is checked by ${listOf(now)} now, and was by ${listOf(before)}: one side would refuse what the other publishes`,
      );
  }
  return [...lines.values()];
}

/** What of them today's classes do not go together with. */
export function releaseProblems(binding: Releases, events: readonly ContractEvent[]): ReleaseProblem[] {
  return Object.entries(binding).flatMap(([type, forms]): ReleaseProblem[] => {
    if (forms.length === 0) return [];
    const event = events.find((one) => one.type === type);
    if (!event)
      return [
        {
          event,
          what: `No class reads ${type} any more, and others may publish or read it. Keep the class until nobody does; ${WAY_OUT}`,
        },
      ];
    return forms.flatMap((release) => {
      const found = incompatibilities(release, event);
      return found.length === 0 ? [] : [{ event, what: changedText(event, found) }];
    });
  });
}

/** What to record: what binds, and today's form of each message behind it where it is another and goes together with all before it. */
export function renewedReleases(recorded: Releases, binding: Releases, events: readonly ContractEvent[]): Releases {
  const kept = Object.entries(binding).filter(
    ([type, forms]) => forms.length > 0 && !events.some((one) => one.type === type),
  );
  const today = events.map((event): [string, readonly Release[]] => {
    const forms = binding[event.type] ?? [];
    const isStuck = releaseProblems({ [event.type]: forms }, [event]).length > 0;
    if (isStuck || forms.some((form) => isSameForm(form, event))) return [event.type, forms];
    const byHand = recorded[event.type]?.find((release) => isSameForm(release, event));
    return [event.type, [...forms, byHand ?? { fields: event.fields, checks: event.checks, sample: sampleOf(event) }]];
  });
  return Object.fromEntries([...kept, ...today].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Optional fields too, so that a sample shows all there is. */
export function sampleOf({ fields, checks }: Pick<ContractEvent, 'fields' | 'checks'>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, type]) => {
      const name = key.replace(/\?$/, '');
      return [name, kindOf(checks[name] ?? [], type).sample];
    }),
  );
}

/** What to do about a release that was one by mistake, or has served its time. */
export const WAY_OUT =
  'then, or where it was never deployed, move its forms to libs/contracts/released/withdrawn.json, each with a "reason".';

/** To the letter, the sample too. */
export function isSameRelease(one: Release, other: Release): boolean {
  return isSameForm(one, other) && isDeepStrictEqual(one.sample, other.sample);
}

function isSameForm(one: Pick<Release, 'fields' | 'checks'>, other: Pick<Release, 'fields' | 'checks'>): boolean {
  const textOf = ({ fields, checks }: typeof one) => JSON.stringify([sorted(fields), sorted(checks)]);
  return textOf(one) === textOf(other);
}

function sorted(of: object): [string, unknown][] {
  return Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
}

function listOf(checks: readonly string[]): string {
  return checks.length > 0 ? checks.map((check) => `@${check}`).join(' ') : 'nothing';
}

function changedText({ className, type }: ContractEvent, found: readonly string[]): string {
  const [, name = className, version = '1'] = /^(.*?)V?(\d+)$/.exec(className) ?? [];
  const next = Number(version) + 1;
  return (
    `${className} does not go together with a release of ${type}: ${found.join('; ')}. ` +
    `Leave it as it was, and make ${name}V${next} with @IntegrationEvent('${type.replace(/\d+$/, String(next))}') beside it: publish both until nobody reads the old one. ` +
    `Or let a field that is new be optional, and keep one that would be gone. Until nobody has the old one keep it; ${WAY_OUT}`
  );
}
