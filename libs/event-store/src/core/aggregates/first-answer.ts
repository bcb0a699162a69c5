// What a command that is decided already answers, whatever the second decision was.
import { RecordedRejectionError, type DomainError } from './domain-errors.js';
import type { AppendResult, CommandOutcome, Rejection } from '../ports/event-store.js';

/** @throws RecordedRejectionError it was rejected the first time. */
export function firstAnswer(known: CommandOutcome, stream: string): AppendResult {
  if (known.outcome === 'rejected') throw new RecordedRejectionError(known.rejection);
  const result = known.outcome === 'accepted' ? known.result : unchanged(stream, known.version);
  return { ...result, repeated: true };
}

/** Of a decision without events, the first time. */
export function unchanged(stream: string, version: number): AppendResult {
  return { stream, firstVersion: version, version, position: 0n, repeated: false };
}

/** As it is stored: without what no text column takes, U+0000 and lone surrogates. The message may quote what a client sent. */
export function rejectionOf({ code, kind, message }: DomainError): Rejection {
  return { code, kind, message: Buffer.from(message.replaceAll('\u0000', '\uFFFD'), 'utf8').toString('utf8') };
}
