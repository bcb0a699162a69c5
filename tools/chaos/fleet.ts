// Both services, each in several processes: who serves, who died without being asked, and the way of customers to one that lives.
import { shopServices, type ShopService } from '../demo/checkout-shape.js';
import type { System } from '../system/system.js';
import type { Lanes } from './lanes.js';
import { Replica } from './replica.js';

export interface FleetOptions {
  readonly system: System;
  /** Of each service, from 2. */
  readonly replicas: number;
  readonly lanes: Lanes;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export class Fleet {
  /** Sentences: processes that ended, and nobody had asked them to. */
  readonly deaths: string[] = [];
  private readonly turns = new Map<ShopService, number>();

  private constructor(private readonly places: ReadonlyMap<ShopService, readonly Replica[]>) {}

  /** The first process of each service runs already; starts the others. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const { system, replicas } = options;
    const places = new Map<ShopService, Replica[]>(shopServices.map((service) => [service, []]));
    const fleet = new Fleet(places);
    await Promise.all(
      shopServices.flatMap((service) =>
        Array.from({ length: replicas }, async (_, at) => {
          const process = at === 0 ? system.running(service) : await system.startReplica(service);
          places.get(service)![at] = fleet.place(options, service, at, process);
        }),
      ),
    );
    return fleet;
  }

  /** Every replica. */
  get all(): readonly Replica[] {
    return [...this.places.values()].flat();
  }

  replica(service: ShopService, at: number): Replica {
    return this.places.get(service)![at]!;
  }

  /** Of one that serves, in turn; when none does, of one that did. */
  urlOf(service: ShopService): string {
    const all = this.places.get(service)!;
    const serving = all.filter((replica) => replica.serving);
    const candidates = serving.length > 0 ? serving : all;
    const turn = this.turns.get(service) ?? 0;
    this.turns.set(service, turn + 1);
    return candidates[turn % candidates.length]!.url;
  }

  private place(
    { system, lanes, say, signal }: FleetOptions,
    service: ShopService,
    at: number,
    process: ReturnType<System['running']>,
  ): Replica {
    const name = `${service}/${at}`;
    return new Replica(process, {
      name,
      // The system stops its first process of each service itself before it starts the next.
      launch: () => (at === 0 ? system.restart(service) : system.startReplica(service)),
      say,
      signal,
      onDeath: (replica, code) => {
        const sentence = `${name} ended with ${code}, and nobody had asked it to.`;
        this.deaths.push(sentence);
        say(`${sentence} It is started again.`);
        void lanes.run(name, () => replica.start()).catch(() => undefined); // one that stays away is found when all are looked at
      },
    });
  }
}
