// The services that tools build, start and stop: one for each bounded context of the registry.
import { contexts } from '../contexts/registry.js';

/** Name of an app: `<context>-service`. */
export type ServiceName = string;

/** Asked anew each time, so that a context.json that is wrong is a sentence of the command that reads it. */
export function services(): readonly ServiceName[] {
  return contexts().map(({ service }) => service);
}

/** As people know them from the documentation; a taken one is replaced at start. */
export function preferredPorts(): Readonly<Record<ServiceName, number>> {
  return Object.fromEntries(contexts().map(({ service, port }) => [service, port]));
}
