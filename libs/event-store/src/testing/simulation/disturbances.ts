// What happens to whole processes and servers during the storm, each at a time of its own.
import { DISTURBANCES, type Disturbance } from './faults.js';
import type { Fleet } from './fleet.js';
import type { SimulatedBus } from './simulated-bus.js';
import type { World } from './world.js';

/** In one run, at most. */
const MOST = 4;

export function disturb(world: World, fleet: Fleet, bus: SimulatedBus, stormMs: number): void {
  const { random, timeline, faults } = world;
  const kinds = DISTURBANCES.filter(() => random.chance(0.4));
  if (kinds.length === 0) return;
  for (let count = random.between(0, MOST); count > 0; count -= 1) {
    const kind = random.pick(kinds);
    timeline.in(random.between(0, stormMs), () => {
      if (!faults.active) return;
      faults.count(kind);
      happen[kind](world, fleet, bus);
    });
  }
}

type Happening = (world: World, fleet: Fleet, bus: SimulatedBus) => void;

const happen: Readonly<Record<Disturbance, Happening>> = {
  crash: (world, fleet) => someProcess(world, fleet)?.crash('by a kill'),
  freeze(world, fleet) {
    const process = someProcess(world, fleet);
    const ms = world.random.between(500, 9_000);
    world.tell(0, '✗', `${process?.name} stands still for ${ms} ms`);
    process?.freeze(ms);
  },
  'clock-jump'(world, fleet) {
    const process = someProcess(world, fleet);
    const ms = world.random.between(-20_000, 20_000);
    world.tell(0, '✗', `the clock of ${process?.name} jumps by ${ms} ms`);
    process?.moveClock(ms);
  },
  'database-clock-jump'(world) {
    const ms = world.random.between(-5_000, 20_000);
    world.tell(0, '✗', `the clock of the databases jumps by ${ms} ms`);
    world.databaseClockOff += ms;
  },
  'database-restart'(world, fleet) {
    const ms = world.random.between(100, 5_000);
    world.tell(0, '✗', `the databases are away for ${ms} ms`);
    world.outages.database = world.timeline.now + ms;
    for (const { process } of fleet.all) process.disconnect();
  },
  'database-partition': (world, fleet) => partition(world, fleet, 'database'),
  'broker-partition': (world, fleet) => partition(world, fleet, 'broker'),
  'broker-outage'(world) {
    const ms = world.random.between(100, 8_000);
    world.tell(0, '✗', `the broker is away for ${ms} ms`);
    world.outages.broker = world.timeline.now + ms;
  },
  rebalance(world, fleet, bus) {
    const group = world.random.pick(fleet.contexts).name;
    world.tell(0, '✗', `the partitions of ${group} are handed out anew`);
    bus.rebalance(group);
  },
  restart(world, fleet) {
    const service = world.random.pick(fleet.all);
    if (!service.process.isAlive) return;
    world.tell(0, '✗', `${service.process.name} is told to end`);
    void service.stop();
  },
};

function someProcess({ random }: World, fleet: Fleet) {
  const alive = fleet.all.filter(({ process }) => process.isAlive);
  return alive.length > 0 ? random.pick(alive).process : undefined;
}

function partition(world: World, fleet: Fleet, server: 'database' | 'broker'): void {
  const process = someProcess(world, fleet);
  const ms = world.random.between(100, 9_000);
  world.tell(0, '✗', `${process?.name} does not reach the ${server} for ${ms} ms`);
  process?.cut(server, ms);
}
