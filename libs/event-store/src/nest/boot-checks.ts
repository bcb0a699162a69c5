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
  for (const { handlerClass, events } of explored.eventsHandlers) {
    for (const event of events) requireRegistered(event, handlerClass, registry);
  }
  for (const { sagaClass, member, saga, isStatic } of explored.sagas) {
    const name = `${sagaClass.name}.${String(member)}`;
    if (!isStatic)
      throw new ConfigurationError(
        `@Saga ${name} is request-scoped. A saga outlives requests: make its class a singleton.`,
      );
    if (typeof saga !== 'function') throw new ConfigurationError(`@Saga ${name} is not a function of events$.`);
  }
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
 * A checkpoint nobody owns means a rename that would silently skip or repeat history. Older versions of a projection are left alone.
 * @throws ConfigurationError
 */
export function checkOwners(
  checkpoints: readonly SubscriptionStatus[],
  definitions: readonly SubscriptionDefinition[],
  retired: readonly string[],
): void {
  const owned = new Set(definitions.map(({ name }) => name));
  const projections = new Set(
    definitions.map(({ name }) => name.replace(/@v\d+$/, '@v')).filter((name) => name.endsWith('@v')),
  );
  for (const { name, log, cursor } of checkpoints) {
    const isOtherVersion = /@v\d+$/.test(name) && projections.has(name.replace(/@v\d+$/, '@v'));
    if (owned.has(name) || isOtherVersion || retired.includes(name)) continue;
    throw new ConfigurationError(
      `Checkpoint ${name} (log ${log}, position ${cursor.position}) belongs to no handler, saga, projection or publisher of this build. ` +
        `If it was renamed, give it the stable name '${name}'; if it was removed, list '${name}' in EventStoreModule.forFeature({ retired }).`,
    );
  }
}
