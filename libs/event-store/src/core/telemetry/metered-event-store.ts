// Counts appends where all of them pass, whoever makes them: an aggregate, several together, or a caller outside of both. Without a meter it only passes them on.
import { WrongExpectedVersionError } from '../errors.js';
import { splitStream } from '../events/event.js';
import type { AppendRequest, AppendResult, EventStore } from '../ports/event-store.js';
import { measured, meter, type Ending } from './metering.js';
import { storeMetrics } from './store-metrics.js';
import { currentTransaction } from '../ports/unit-of-work.js';

/** `store`, told to the meter. Inside a unit of work events count once that has committed. */
export function metered(store: EventStore): EventStore {
  return {
    append: (request) => (meter() ? appendTo(store, request) : store.append(request)),
    readStream: (stream, options) => store.readStream(stream, options),
    replay: (stream, options) => store.replay(stream, options),
    streamVersion: (stream) => store.streamVersion(stream),
    findCommand: (command) => store.findCommand(command),
    decisionsOf: (commandId) => store.decisionsOf(commandId),
    recordCommand: (command, outcome) => store.recordCommand(command, outcome),
  };
}

async function appendTo(store: EventStore, request: AppendRequest): Promise<AppendResult> {
  const { category } = splitStream(request.stream);
  const transaction = currentTransaction();
  return measured(
    storeMetrics.appendDuration,
    (ending) => {
      const outcome = outcomeOf(ending);
      if (outcome === 'appended' && transaction) transaction.onCommit(() => count(request));
      else if (outcome === 'appended') count(request);
      return { category, outcome };
    },
    () => store.append(request),
  );
}

function outcomeOf(ending: Ending<AppendResult>): 'appended' | 'repeated' | 'conflict' | 'failed' {
  if ('result' in ending) return ending.result.repeated ? 'repeated' : 'appended';
  return ending.error instanceof WrongExpectedVersionError ? 'conflict' : 'failed';
}

function count({ events }: AppendRequest): void {
  for (const { type } of events) meter()?.add(storeMetrics.eventsAppended, { type });
}
