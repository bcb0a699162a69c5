// Several processes share one projection or publisher: its streams are divided into segments, each a subscription of its own.
import { ConfigurationError } from '../../core/index.js';

/** One of `of` equal shares of all streams, counted from 0. */
export interface Segment {
  readonly index: number;
  readonly of: number;
}

/** More would cost each process a reader's work for little. */
export const MAX_SEGMENTS = 64;

/**
 * Which segment a stream is in. Never change it: a stream that moved to another segment would be read twice or not at all.
 * FNV-1a over the UTF-16 code units, then the finaliser of MurmurHash3, because FNV's low bits alone are uneven for keys that differ at the end.
 */
export function segmentOf(key: string, segments: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % segments;
}

/** Undefined for one that is not divided. */
export function segmentsOf(segments = 1): readonly (Segment | undefined)[] {
  if (segments === 1) return [undefined];
  return Array.from({ length: segments }, (_, index) => ({ index, of: segments }));
}

/** The subscriptions of a projection or publisher: itself, or one for each segment, in order. */
export function segmentNames(projection: string, segments = 1): string[] {
  return segmentsOf(segments).map((segment) => (segment ? segmentName(projection, segment) : projection));
}

export function segmentName(projection: string, { index, of }: Segment): string {
  return `${projection}/${index}-of-${of}`;
}

/** Into how many segments which projection is divided, told from the name of a subscription. */
export function splitSegmentName(name: string): { readonly projection: string; readonly segments: number } {
  const [, projection, of] = /^(.*)\/\d+-of-(\d+)$/.exec(name) ?? [];
  return projection === undefined ? { projection: name, segments: 1 } : { projection, segments: Number(of) };
}

/** @throws ConfigurationError */
export function requireSegments(what: string, segments: number): void {
  if (Number.isInteger(segments) && segments >= 1 && segments <= MAX_SEGMENTS) return;
  throw new ConfigurationError(
    `${what} is to have ${segments} segments. Expected a whole number from 1 to ${MAX_SEGMENTS}.`,
  );
}
