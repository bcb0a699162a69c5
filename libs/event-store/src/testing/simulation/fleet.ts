// All processes of all contexts, and who starts them again.
import { MemoryDatabase } from '../../memory/index.js';
import type { SimulatedBus } from './simulated-bus.js';
import { SimulatedProcess } from './simulated-process.js';
import { SimulatedService } from './simulated-service.js';
import type { World } from './world.js';
import type { SimulatedContext } from './workload.js';

export class Fleet {
  readonly databases: ReadonlyMap<string, MemoryDatabase>;
  /** By place: context and number of the replica. */
  private readonly services = new Map<string, SimulatedService>();
  private incarnations = 0;

  constructor(
    private readonly world: World,
    readonly contexts: readonly SimulatedContext[],
    private readonly bus: SimulatedBus,
  ) {
    this.databases = new Map(contexts.map(({ name }) => [name, new MemoryDatabase()]));
  }

  get all(): readonly SimulatedService[] {
    return [...this.services.values()];
  }

  get databaseNow(): number {
    return this.world.timeline.now + this.world.databaseClockOff;
  }

  /** Those that take requests. */
  running(context: string): SimulatedService[] {
    return this.all.filter((service) => service.context.name === context && service.isReady && service.process.isAlive);
  }

  /** One or two processes of each context. */
  start(): void {
    for (const context of this.contexts)
      for (let replica = this.world.random.pick([1, 1, 1, 2]); replica > 0; replica -= 1) this.run(context, replica);
  }

  heal(): void {
    const { world } = this;
    world.faults.active = false;
    world.outages.database = world.outages.broker = world.outages.gateway = 0;
    for (const { process } of this.all) process.heal();
  }

  private run(context: SimulatedContext, replica: number): void {
    const { world, bus } = this;
    this.incarnations += 1;
    const process = new SimulatedProcess(`${context.name}#${replica}.${this.incarnations}`, world);
    const service = new SimulatedService(context, process, this.databases.get(context.name)!, bus);
    this.services.set(`${context.name}#${replica}`, service);
    process.onEnd.push(() => world.timeline.in(world.random.between(50, 1_500), () => this.run(context, replica)));
    world.tell(0, '▲', `${process.name} starts`);
    service.start().catch((error: unknown) => process.crash(`at its start: ${String(error)}`));
  }
}
