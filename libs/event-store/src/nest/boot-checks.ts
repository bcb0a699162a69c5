// What must be right before the first event flows. Each failure is a sentence at boot instead of a silence in production.
import {
  ConfigurationError,
  EventNotRegisteredError,
  SubjectForgotten,
  type Class,
  type EventRegistry,
  type SubscriptionStatus,
} from '../core/index.js';
import { jsonProblem, type CommandRegistry } from '../processes/index.js';
import { reactionsOf, splitSegmentName, type SubscriptionDefinition } from '../subscriptions/index.js';
import { projectionDeclaration } from './decorators/projection.decorator.js';
import type { Explored } from './explorer.js';
import type { FoundProcess } from './processes.js';

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
    for (const of of options.projections ?? []) {
      if (!explored.isStatic(of)) throw requestScoped(`@Projection ${of.name}`);
      if (projectionDeclaration(of).inline && reactionsOf(of).has(SubjectForgotten)) {
        throw new ConfigurationError(
          `${of.name} is inline and handles SubjectForgotten, which \`es forget\` appends outside of every service: it would not be told. Take the event in an @EventsHandler.`,
        );
      }
    }
    for (const of of options.processes ?? [])
      if (!explored.isStatic(of)) throw requestScoped(`@ProcessManager ${of.name}`);
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

/** @throws ConfigurationError | EventNotRegisteredError */
export function checkProcesses(
  found: readonly FoundProcess[],
  registry: EventRegistry,
  commands: CommandRegistry,
): void {
  const known = new Map<string, Class>();
  for (const { processClass, definition, instance } of found) {
    const other = known.get(definition.name);
    if (other) {
      throw new ConfigurationError(
        `${other.name} and ${processClass.name} are both @ProcessManager('${definition.name}'). They would share their processes: name one anew.`,
      );
    }
    known.set(definition.name, processClass);
    for (const event of definition.events.keys()) requireRegistered(event, processClass, registry);
    for (const command of definition.rejections.keys()) {
      if (!commands.has(command)) {
        throw new ConfigurationError(
          `${processClass.name} has @OnRejection(${command.name}), which nothing in this service handles. A process sends commands to its own service: provide the handler, or remove the reaction.`,
        );
      }
    }
    const members = [definition.events, definition.timers, definition.rejections].flatMap((of) => [...of.values()]);
    for (const member of members) {
      if (!Object.hasOwn(instance, member)) continue;
      throw new ConfigurationError(
        `${processClass.name}.${String(member)} is a field. A reaction is a method: a function in a field speaks for the wrong object.`,
      );
    }
    const { state } = instance as { readonly state?: unknown };
    const isObject = typeof state === 'object' && state !== null && !Array.isArray(state);
    const problem = isObject ? jsonProblem(state) : 'it is no object';
    if (problem) {
      throw new ConfigurationError(
        `${processClass.name} cannot store the state it starts with: ${problem}. Initialise \`state\` with plain JSON data.`,
      );
    }
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
  const divisible = new Set(definitions.filter(isDivisible).map(({ name, log }) => segmentsIn(log, name)[0]));
  const segments = new Map(definitions.map(({ name, log }) => segmentsIn(log, name)));
  const projections = new Set(
    definitions.map(({ name }) => withoutVersion(name)).filter((name) => name.endsWith('@v')),
  );
  for (const { name, log, cursor, owner, leasedUntil } of checkpoints) {
    if (owned.has(name)) continue;
    // Even while another build works on it: side by side the two would write every row twice.
    const [place, before] = segmentsIn(log, name);
    if (divisible.has(place)) continue;
    const wanted = segments.get(place);
    if (wanted !== undefined && wanted !== before) throw otherSegments(name, before, wanted);
    const { projection: whole } = splitSegmentName(name);
    if (projections.has(withoutVersion(name)) || retired.includes(name) || retired.includes(whole)) continue;
    const what = `Checkpoint ${name} (log ${log}, position ${cursor.position}) belongs to no handler, saga, process, projection or publisher of this build.`;
    const mend =
      `If it was renamed, give it the stable name '${name}'; if it was removed, or belongs to a newer build that was rolled back, ` +
      `list '${whole}' in EventStoreModule.forFeature({ retired }).`;
    if (leasedUntil === undefined || leasedUntil <= now) throw new ConfigurationError(`${what} ${mend}`);
    sentences.push(
      `${what} ${owner} works on it now, so this is taken for a rolling deploy; once nobody does, this build refuses to boot. ${mend}`,
    );
  }
  return sentences;
}

/** `order-summary@v3/0-of-4` → `order-summary@v`. */
function withoutVersion(name: string): string {
  return splitSegmentName(name).projection.replace(/@v\d+$/, '@v');
}

function isDivisible(definition: SubscriptionDefinition): boolean {
  return definition.delivery === 'batch' && definition.divisible === true;
}

/** Into how many segments a projection is divided, by log and projection. */
function segmentsIn(log: string, name: string): [place: string, segments: number] {
  const { projection, segments } = splitSegmentName(name);
  return [`${log}/${projection}`, segments];
}

function otherSegments(name: string, before: number, wanted: number): ConfigurationError {
  const { projection } = splitSegmentName(name);
  return new ConfigurationError(
    `Projection ${projection} has worked in ${before} segments, and this build has ${wanted}: streams would change their segment, and be read ` +
      'twice or not at all. Raise its version, which builds it anew beside the old one, or go back to the number it had.',
  );
}
