// What a handler is told about a record besides the event itself.
import { splitStream, type EventContext, type LogName, type LogRecord } from '../core/index.js';

/** Own events carry a stream; a message of another context has only its key. */
export function eventContextOf({ key, version, position, id, time, metadata }: LogRecord, log: LogName): EventContext {
  const stream = log === 'events' ? { name: key, ...splitStream(key) } : { name: key, category: '', id: key };
  return { stream, version, position, eventId: id, time, metadata };
}
