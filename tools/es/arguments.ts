// Reads the arguments commands share. Each refusal says what was expected.
import { InvalidArgumentError } from 'commander';
import type { StreamMoment } from '../../libs/event-store/src/operations/index.js';

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,10}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

export function position(text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('Expected a position: a whole number from 0.');
}

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A version (`3`) or a time (`2026-11-21T10:00:00Z`). */
export function moment(text: string): StreamMoment {
  if (/^[1-9]\d{0,8}$/.test(text)) return { version: Number(text) };
  const time = new Date(text);
  if (TIME.test(text) && !Number.isNaN(time.getTime())) return { time };
  throw new InvalidArgumentError('Expected a version (3) or a time (2026-11-21T10:00:00Z).');
}

export function instant(text: string): Date {
  const parsed = new Date(text);
  if (TIME.test(text) && !Number.isNaN(parsed.getTime())) return parsed;
  throw new InvalidArgumentError('Expected a time: 2026-11-21T10:00:00Z.');
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h`, `7d`; in milliseconds. */
export function duration(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (number && unit) return Number(number) * UNITS[unit]!;
  throw new InvalidArgumentError('Expected a length of time: 90s, 30m, 24h or 7d.');
}

/** A length of time up to now (`1h`), or the time itself. */
export function since(text: string): Date {
  const lasting = /^[1-9]\d{0,5}[smhd]$/.test(text);
  if (lasting) return new Date(Date.now() - duration(text));
  try {
    return instant(text);
  } catch {
    throw new InvalidArgumentError('Expected a length of time (30m, 1h, 7d) or a time (2026-11-21T10:00:00Z).');
  }
}

export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= 500) return trimmed;
  throw new InvalidArgumentError('Expected 1 to 500 characters.');
}

export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `order-summary` or `order-summary@v2`. */
export function projectionName(text: string): { name: string; version: number | undefined } {
  const [, name, version] = /^([^@\s]{1,200})(?:@v([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (!name) throw new InvalidArgumentError('Expected the name of a projection: order-summary, or order-summary@v2.');
  return { name, version: version === undefined ? undefined : Number(version) };
}
