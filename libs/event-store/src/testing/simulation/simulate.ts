// One run of the simulation: processes of all contexts under faults, then quiet; in the end everything must be as if nothing had happened.
import { createMemoryStore, type MemoryDatabase } from '../../memory/index.js';
import { ManualClock } from '../manual-clock.js';
import { checkInvariants, checkLiveness, Findings, type SystemState, type Violation } from '../invariants/index.js';
import { randomFrom } from '../random.js';
import { acknowledgedIn, checkAnswers, unconfirmedIn } from './answers.js';
import { Clients } from './clients.js';
import { disturb } from './disturbances.js';
import { memoryServiceState, messagesOn } from './memory-state.js';
import { SimulatedBus } from './simulated-bus.js';
import { checkStates } from './states.js';
import { Fleet } from './fleet.js';
import { World } from './world.js';
import type { PreparedRun, Workload } from './workload.js';

export interface RunOptions {
  /** From 0 to 2³² − 1: everything comes from it. */
  readonly seed: number;
  /** Takes the story, line by line. */
  readonly listener?: (line: string) => void;
  /** Whether every single call is told too. */
  readonly calls?: boolean;
  /** How far the clock of a process is off at most, in milliseconds, default 2,000. */
  readonly clocksOffMs?: number;
}

export interface RunOutcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: Readonly<Record<string, number>>;
  /** Things that happened. */
  readonly steps: number;
  /** Of virtual time. */
  readonly elapsedMs: number;
}

/** After the last fault everything has to be at rest within this time, in milliseconds. */
const REST_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 250;
/** More is a loop without an end. */
const MAX_STEPS = 300_000;

export async function simulate(
  workload: Workload,
  { seed, listener, calls = false, clocksOffMs = 2_000 }: RunOptions,
): Promise<RunOutcome> {
  const random = randomFrom(seed);
  const world = new World(random, { listener, calls, clocksOffMs });
  const run = workload.prepare(random);
  const bus = new SimulatedBus();
  const fleet = new Fleet(world, run.contexts, bus);
  const clients = new Clients(world, (context) => fleet.running(context));
  let steps = 0;
  const runUntil = async (isOver: () => boolean): Promise<void> => {
    steps += await world.timeline.runUntil(isOver, MAX_STEPS - steps);
  };

  const stormMs = random.between(500, 3_000);
  clients.plan(run.requests);
  disturb(world, fleet, bus, stormMs);
  fleet.start();
  await runUntil(() => world.timeline.elapsedMs >= stormMs);

  world.tell(0, '☼', 'no more faults from here on');
  fleet.heal();
  run.mend();
  const quietSince = world.timeline.now;
  let reason = unrest(fleet, bus, clients);
  const parkedHealthy = new Findings('I15');
  const look = (): void => {
    replayParked(fleet.databases, run, parkedHealthy);
    reason = unrest(fleet, bus, clients);
    world.timeline.in(LOOK_EVERY_MS, look);
  };
  look();
  await runUntil(() => reason === undefined || world.timeline.now - quietSince > REST_WITHIN_MS);

  const state: SystemState = {
    shapes: run.contexts.map(({ shape }) => shape),
    services: [...fleet.databases].map(([name, database]) => memoryServiceState(name, database, fleet.databaseNow)),
    published: messagesOn(bus),
  };
  const { answers, unknown } = clients;
  const states: Violation[] = [];
  for (const context of run.contexts) states.push(...(await checkStates(context, fleet.databases.get(context.name)!)));
  const violations = [
    ...world.violations,
    ...parkedHealthy.found,
    ...stuck(steps, reason),
    ...checkLiveness(state, world.timeline.now - quietSince),
    ...checkInvariants(state, {
      acknowledged: acknowledgedIn(answers),
      unconfirmed: unconfirmedIn(answers, unknown),
    }),
    ...states,
    ...checkAnswers(answers, state),
    ...world.reads.check(),
    ...run.check({ system: state, databases: fleet.databases, answers }),
  ];
  return { seed, violations, faults: world.faults.counts, steps, elapsedMs: world.timeline.elapsedMs };
}

/**
 * What an operator does when the cause is gone: what waits is due at once, whatever the time. What was parked without a planted cause stays where it is,
 * and is found: no operator would know of it.
 */
function replayParked(
  databases: ReadonlyMap<string, MemoryDatabase>,
  { isPlanted }: PreparedRun,
  healthy: Findings,
): void {
  const clock = new ManualClock();
  for (const [name, database] of databases) {
    for (const message of database.parked.all(undefined)) {
      if (message.status !== 'parked') continue;
      if (isPlanted(message.reason))
        void createMemoryStore({ clock, database }).parking.replay(message, message.position);
      else if (healthy.found.length === 0)
        healthy.add('lost', `${name}: ${message.name} parked ${message.type} of ${message.key}: ${message.reason}`);
    }
  }
}

/** Cheap to ask: what is certainly not at rest yet, as a sentence. */
function unrest(fleet: Fleet, bus: SimulatedBus, clients: Clients): string | undefined {
  if (clients.waiting > 0) return `${clients.waiting} clients are without an answer`;
  for (const { name, consumes } of fleet.contexts) {
    const database = fleet.databases.get(name)!;
    const late = consumes.find(({ topic }) => bus.lag(name, topic) > 0);
    if (late) return `${name} has not acknowledged all of ${late.topic}`;
    const [aside] = database.parked.all(undefined);
    if (aside) return `${name}: ${aside.name} has ${aside.type} ${aside.messageId} set aside (${aside.reason})`;
    const [timer] = database.processTimers.all(undefined);
    if (timer) return `${name}: timer ${timer.name} of ${timer.process}/${timer.id} has not fired`;
    for (const { name: subscription, log, cursor } of database.checkpoints.all(undefined)) {
      const { last } = database.logs[log];
      if (cursor.position < database.logs[log].lastUpTo(last))
        return `${name}: ${subscription} is at ${cursor.position} of ${log}, which goes to ${last}`;
    }
  }
  return undefined;
}

function stuck(steps: number, reason: string | undefined): Violation[] {
  const findings = new Findings('I15');
  if (steps >= MAX_STEPS) findings.add('unfinished', `nothing came to an end within ${MAX_STEPS} steps.`);
  if (reason !== undefined)
    findings.add('unfinished', `not at rest ${REST_WITHIN_MS} ms after the last fault: ${reason}.`);
  return findings.found;
}
