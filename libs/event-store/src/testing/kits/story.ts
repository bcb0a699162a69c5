// What happens to a process in a test, step by step, on the real engine; and what has become of it in the end.
import { eventDeclaration, RecordedRejectionError, type Class, type LogRecord } from '../../core/index.js';
import { integrationEventType } from '../../messaging/integration-event.js';
import {
  CommandRegistry,
  processDefinition,
  processSubscriptions,
  rejectionSignal,
  type EncodedCommand,
  type Process,
  type ProcessRejection,
  type StoredProcess,
} from '../../processes/index.js';
import { namesOfAll, silentLogger } from '../../subscriptions/index.js';
import { differencesOfLists, show } from './differences.js';
import { minutes } from './durations.js';
import { Engine, registerAll, type SetAside } from './engine.js';
import { errorLine } from './failure.js';
import { eventLine, type Happening } from './given-events.js';

/** As a service that says nothing else. */
const ORPHAN_WAIT_MS = minutes(5);

export type Turn =
  | { readonly kind: 'event'; readonly happening: Happening }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'rejection'; readonly command: object; readonly rejection: ProcessRejection };

export interface Story {
  readonly process: Process;
  /** Of own events' stream, key of messages. */
  readonly id: string;
  readonly given: readonly Happening[];
  readonly when: readonly Turn[];
}

export interface Ending {
  readonly story: Story;
  /** Commands sent since the first `when`; without any, by what was given. Read back as the dispatch reads them. */
  readonly sent: readonly object[];
  /** All processes there are now. */
  readonly rows: readonly StoredProcess[];
  readonly setAside: readonly SetAside[];
  /** On the test's clock. */
  readonly now: Date;
  /** Timers that are set, and in how many milliseconds they are due. */
  readonly timers: readonly { readonly name: string; readonly inMs: number }[];
}

/** @throws Error a story that cannot be: a reaction that failed on what was given, a rejected command that nobody sent */
export async function tell(story: Story): Promise<Ending> {
  const { process, id, given, when } = story;
  const definition = processDefinition(process.constructor as Class);
  const engine = new Engine();
  const events = [...definition.events.keys()];
  const own = when.flatMap((turn) => (turn.kind === 'event' ? [turn.happening] : []));
  registerAll(engine, events, [...given, ...own]);
  const commands = new AnyCommand().register(...definition.rejections.keys());
  const { processes: store, outgoing, registry } = engine.store;
  const messages = events.filter((event) => integrationEventType(event) !== undefined);
  const inboundTypes = new Set(messages.map((event) => eventDeclaration(event)!.type));
  const options = { store, outgoing, registry, commands, inboundTypes, orphanWaitMs: ORPHAN_WAIT_MS };
  for (const one of processSubscriptions({ ...options, definition, instance: process, logger: silentLogger }))
    engine.start(one);
  try {
    for (const happening of given) await engine.happen(happening, id);
    const failed = (await engine.setAside()).find(({ status }) => status === 'parked');
    if (failed && when.length > 0)
      throw new Error(`The process failed on what was given: ${setAsideLine(failed)}`, { cause: failed.error });
    const before = when.length === 0 ? 0 : (await engine.read('outgoing')).length;
    for (const turn of when) {
      if (turn.kind === 'time') await engine.pass(turn.ms);
      else if (turn.kind === 'event')
        await engine.happen(reactedTo(turn.happening, namesOfAll(events, registry), process), id);
      else await reject(engine, turn, commands);
    }
    const sent = (await engine.read('outgoing')).slice(before).map((record) => commands.decode(record));
    const { processes, processTimers } = engine.store.database;
    const now = engine.clock.now();
    return {
      story,
      now,
      sent,
      rows: processes.all(undefined).map((row) => JSON.parse(row) as StoredProcess),
      setAside: await engine.setAside(),
      timers: processTimers.all(undefined).map(({ name, dueAt }) => ({ name, inMs: dueAt - now.getTime() })),
    };
  } finally {
    await engine.stop();
  }
}

export function storyLines({ given, when }: Story): string[] {
  return [
    ...given.map(({ event }) => `given ${eventLine(event)}`),
    ...when.map((turn) => {
      if (turn.kind === 'time') return `when ${turn.ms} ms pass`;
      if (turn.kind === 'event') return `when ${eventLine(turn.happening.event)}`;
      return `when ${show(turn.command)} is rejected: ${turn.rejection.code}`;
    }),
  ];
}

export function setAsideLine({ type, status, reason, error }: SetAside): string {
  const state = status === 'parked' ? 'is parked' : status === 'behind' ? 'stands behind it' : 'is tried again later';
  return `${type} ${state}: ${error === undefined ? reason : errorLine(error)}`;
}

/** The answer of the command's handler, sent back as the dispatch does. */
async function reject(
  engine: Engine,
  { command, rejection }: Turn & { readonly kind: 'rejection' },
  commands: CommandRegistry,
): Promise<void> {
  const sent = await engine.read('outgoing');
  const isMeant = (record: LogRecord) => differencesOfLists('', [command], [commands.decode(record)]).length === 0;
  const found = sent.findLast(isMeant);
  if (!found) {
    const all = sent.map((record) => `\n  ${show(commands.decode(record))}`).join('') || ' none';
    throw new Error(`whenRejected: the process has not sent ${show(command)}. Sent so far:${all}`);
  }
  const { code, message } = rejection;
  const signal = rejectionSignal(found, new RecordedRejectionError({ code, message, kind: 'conflict' }));
  if (signal) await engine.store.processes.signal(signal);
  await engine.rest();
}

/** What a process does not react to cannot change it: a test that says so expects something else. */
function reactedTo(happening: Happening, names: ReadonlySet<string>, process: Process): Happening {
  const { event } = happening;
  const type = eventDeclaration(event.constructor as Class)?.type ?? (event as { type?: unknown }).type;
  if (typeof type === 'string' && names.has(type)) return happening;
  throw new Error(`${process.constructor.name} does not react to ${event.constructor.name}: it has no @On for it.`);
}

/** In production the commands are those that have a handler; here they are those that are sent. */
class AnyCommand extends CommandRegistry {
  override encode(command: object): EncodedCommand {
    this.register(command.constructor as Class);
    return super.encode(command);
  }
}
