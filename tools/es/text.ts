// Small pieces of text that several commands print alike.
import type { EventMetadata } from '../../libs/event-store/src/core/index.js';
import { safe } from './terminal.js';

/** `2026-11-21 10:21:33.123Z` */
export function timeText(time: Date): string {
  return time.toISOString().replace('T', ' ');
}

/** Who, why and because of what; empty where nothing is known. */
export function metadataText(metadata: EventMetadata): string[] {
  const { actor, reason, correlationId, causationId, commandId } = metadata;
  const who = pairs({ actor, reason });
  const why = pairs({ correlation: correlationId, causation: causationId, command: commandId });
  return [who, why].filter((line) => line !== '');
}

function pairs(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${safe(value!)}`)
    .join('  ');
}

/** As a shell takes it, in one word. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
