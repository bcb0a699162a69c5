// What a verification found, as sentences: what, why it is so, and what to do.
import type { BrokenRow, LogBreak, Verification } from '../../libs/event-store/src/operations/index.js';

const many = (count: number | bigint, noun: string) =>
  `${count.toLocaleString('en')} ${noun}${Number(count) === 1 ? '' : 's'}`;

export function soundText({ events, seals, position, unsealed, anchors }: Verification): string {
  const what = `${many(events, 'event')} up to position ${position} in ${many(seals, 'seal')} are as they were sealed`;
  const compared = anchors > 0 ? `, and the chain has ${many(anchors, 'anchor')}` : '';
  const rest = unsealed > 0 ? ` ${many(unsealed, 'newer event')} not sealed yet.` : '';
  return `${what}${compared}.${rest}`;
}

export function brokenText(broken: LogBreak, { position }: Verification): string {
  const before = position > 0n ? `Up to position ${position} everything is as it was sealed.` : '';
  return [sentence(broken), before, mend(broken)].filter((text) => text !== '').join(' ');
}

function sentence(broken: LogBreak): string {
  const of = `seal ${broken.kind === 'unsealed' ? '' : broken.seal}`;
  const sentences: { readonly [K in LogBreak['kind']]: (one: LogBreak & { kind: K }) => string } = {
    changed: ({ row }) => `The event at position ${rowText(row)} was changed after it was sealed (${of}).`,
    missing: ({ row }) => `The event at position ${row.position} is gone; ${of} covers it.`,
    inserted: ({ row }) => `The event at position ${rowText(row)} was not there when its place was sealed (${of}).`,
    seal: ({ seal, fromPosition, toPosition, problem }) =>
      `Seal ${seal} (positions ${fromPosition} to ${toPosition}) ${problem}.`,
    truncated: ({ seal, problem }) => `Seal ${seal} is gone: ${problem}.`,
    unsealed: ({ problem }) => `Nothing can be verified: ${problem}.`,
  };
  return sentences[broken.kind](broken as never);
}

function rowText({ position, stream, version, type }: BrokenRow): string {
  return `${position} (${stream}, version ${version}, ${type})`;
}

function mend({ kind }: LogBreak): string {
  if (kind === 'unsealed') return 'Start the service with SEAL_KEY, and wait until it has sealed them.';
  return 'Find out who may write to the database, compare with a backup from before, and restore what was there: docs/how-to/verify-the-log.md.';
}
