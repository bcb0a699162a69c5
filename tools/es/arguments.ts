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
