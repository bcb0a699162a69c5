// What a command that is decided already answers, whatever the second decision was.
import { RecordedRejectionError } from './domain-errors.js';
import type { AppendResult, CommandOutcome } from './event-store.js';

/** @throws RecordedRejectionError it was rejected the first time. */
export function firstAnswer(known: CommandOutcome, stream: string): AppendResult {
  if (known.outcome === 'rejected') throw new RecordedRejectionError(known.rejection);
  return known.outcome === 'accepted' ? { ...known.result, repeated: true } : unchanged(stream, known.version);
}

/** Of a decision without events. */
export function unchanged(stream: string, version: number): AppendResult {
  return { stream, firstVersion: version, version, position: 0n, repeated: true };
}
