// A number of writers, each with one append in flight and a stream of its own, for a time.
import { APPENDS_OF_STREAM, newEvent, newStreamName } from './events.js';
import type { Append } from './opened.js';

export interface Load {
  readonly inFlight: number;
  readonly eventsOfAppend: number;
  readonly ms: number;
}

/** @returns events a second. */
export async function eventsPerSecond(append: Append, { inFlight, eventsOfAppend, ms }: Load): Promise<number> {
  let written = 0;
  const begin = performance.now();
  const end = begin + ms;
  const writer = async (): Promise<void> => {
    while (performance.now() < end) {
      const stream = newStreamName();
      for (
        let version = 0;
        version < APPENDS_OF_STREAM * eventsOfAppend && performance.now() < end;
        version += eventsOfAppend
      ) {
        await append(
          stream,
          version,
          Array.from({ length: eventsOfAppend }, (_, n) => newEvent(n)),
        );
        written += eventsOfAppend;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
  return (written / (performance.now() - begin)) * 1_000;
}
