// What must be right before the first event flows. Each failure is a sentence at boot instead of a silence in production.
import {
  ConfigurationError,
  EventNotRegisteredError,
  type Class,
  type EventRegistry,
  type SubscriptionStatus,
} from '../core/index.js';
import type { SubscriptionDefinition } from '../subscriptions/index.js';
import type { Explored } from './explorer.js';

/** @throws ConfigurationError | EventNotRegisteredError with the sentence. */
export function checkDeclarations(explored: Explored, registry: EventRegistry): void {
  if (explored.cqrsModules > 1) {
    throw new ConfigurationError(
      'A module imports CqrsModule. It would get a second, in-memory bus whose events and sagas are lost. Remove the import: EventStoreModule provides the buses everywhere.',
    );
  }
  const handlerOf = new Map<Class, Class>();
  for (const { handlerClass, command } of explored.commandHandlers) {
    const other = handlerOf.get(command);
    if (other) {
      throw new ConfigurationError(
        `${command.name} has two handlers, ${other.name} and ${handlerClass.name}. A command has one: remove the other.`,
      );
    }
    handlerOf.set(command, handlerClass);
  }
  for (const { handlerClass, events, isStatic } of explored.eventsHandlers) {
    if (!isStatic) throw requestScoped(`@EventsHandler ${handlerClass.name}`);
    for (const event of events) requireRegistered(event, handlerClass, registry);
  }
  for (const { sagaClass, member, saga, isStatic } of explored.sagas) {
    const name = `${sagaClass.name}.${String(member)}`;
    if (!isStatic) throw requestScoped(`@Saga ${name}`);
    if (typeof saga !== 'function') throw new ConfigurationError(`@Saga ${name} is not a function of events$.`);
  }
  for (const { options } of explored.features) {
    for (const of of options.projections ?? [])
      if (!explored.isStatic(of)) throw requestScoped(`@Projection ${of.name}`);
    for (const of of options.publishers ?? []) if (!explored.isStatic(of)) throw requestScoped(`@Publisher ${of.name}`);
  }
}

/** Only command handlers run within a request. */
function requestScoped(what: string): ConfigurationError {
  return new ConfigurationError(
    `${what} is request-scoped, or injects something that is. It is fed from the log and outlives requests: make its class and what it injects singletons.`,
  );
}

/** @throws EventNotRegisteredError */
export function requireRegistered(event: Class, by: Class, registry: EventRegistry): void {
  if (!registry.has(event)) {
    throw new EventNotRegisteredError(
      event.name,
      `${by.name} handles it. Give its aggregate a @When for it, consume its topic, or list it in EventStoreModule.forFeature({ events }).`,
    );
  }
}

/** @throws ConfigurationError when two subscriptions of one log have the same name: they would share a checkpoint. */
export function checkNames(definitions: readonly SubscriptionDefinition[]): void {
  const seen = new Set<string>();
  for (const { name, log } of definitions) {
    if (seen.has(`${log}/${name}`)) {
      throw new ConfigurationError(
        `Two subscriptions are called ${name}. Give one another stable name (@DurableSaga, @DurableHandler, or the option name).`,
      );
    }
    seen.add(`${log}/${name}`);
  }
}

/**
 * A checkpoint nobody owns means a rename that would silently skip or repeat history. Older versions of a projection are left alone, and
 * so is one that another process works on right now: during a rolling deploy it is that build's. Returns sentences for the log.
 * @throws ConfigurationError
 */
export function checkOwners(
  checkpoints: readonly SubscriptionStatus[],
  definitions: readonly SubscriptionDefinition[],
  retired: readonly string[],
  now: Date,
): string[] {
  const sentences: string[] = [];
  const owned = new Set(definitions.map(({ name }) => name));
  const projections = new Set(
    definitions.map(({ name }) => name.replace(/@v\d+$/, '@v')).filter((name) => name.endsWith('@v')),
  );
  for (const { name, log, cursor, owner, leasedUntil } of checkpoints) {
    const isOtherVersion = /@v\d+$/.test(name) && projections.has(name.replace(/@v\d+$/, '@v'));
    if (owned.has(name) || isOtherVersion || retired.includes(name)) continue;
    const what = `Checkpoint ${name} (log ${log}, position ${cursor.position}) belongs to no handler, saga, projection or publisher of this build.`;
    const mend =
      `If it was renamed, give it the stable name '${name}'; if it was removed, or belongs to a newer build that was rolled back, ` +
      `list '${name}' in EventStoreModule.forFeature({ retired }).`;
    if (leasedUntil === undefined || leasedUntil <= now) throw new ConfigurationError(`${what} ${mend}`);
    sentences.push(
      `${what} ${owner} works on it now, so this is taken for a rolling deploy; once nobody does, this build refuses to boot. ${mend}`,
    );
  }
  return sentences;
}
