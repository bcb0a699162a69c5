// Who wants to know how far a projection is gets it here: by class, or by name where a room may not see the class.
import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationError, eventDeclaration, type Class } from '../core/index.js';
import {
  CheckpointWatch,
  ProjectionProgress,
  projectionName,
  segmentNames,
  type WaitedProjection,
} from '../subscriptions/index.js';
import { projectionDeclaration } from './decorators/projection.decorator.js';
import type { FoundProjection } from './definitions.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

/** A projection's class, or the name in its `@Projection`. */
export type ProjectionRef = Class | string;

export function nameOfProjection(projection: ProjectionRef): string {
  return typeof projection === 'string' ? projection : projectionDeclaration(projection).name;
}

@Injectable()
export class ReadModels {
  /** Hears of every checkpoint that this process moves. */
  readonly watch: CheckpointWatch;
  private readonly asked = new Set<string>();
  private known: ReadonlyMap<string, WaitedProjection> | undefined;

  constructor(@Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime) {
    this.watch = new CheckpointWatch({ checkpoints: runtime.checkpoints, clock: runtime.clock });
  }

  /** The progress of the version that this build has. Boot fails when nobody can wait for such a projection. */
  of(projection: ProjectionRef): ProjectionProgress {
    const name = nameOfProjection(projection);
    if (this.known) this.require(name);
    this.asked.add(name);
    return this.offer(projection);
  }

  /** The same for whoever may inject it: nobody has asked yet, so boot says nothing. */
  offer(projection: ProjectionRef): ProjectionProgress {
    const name = nameOfProjection(projection);
    const { clock, parking, logs } = this.runtime;
    return new ProjectionProgress(() => this.require(name), { watch: this.watch, parking, clock, log: logs.events });
  }

  /** At boot. @throws ConfigurationError somebody asks for a projection that nobody can wait for. */
  open(projections: readonly FoundProjection[], inboundTypes: ReadonlySet<string>): void {
    const readsOwn = ({ handlers }: FoundProjection): boolean =>
      [...handlers.keys()].some((event) => !inboundTypes.has(eventDeclaration(event)!.type));
    this.known = new Map(
      projections.filter(readsOwn).map((found) => {
        const { name, inline, segments } = found;
        const projection = projectionName(found);
        return [name, { name: projection, subscriptions: inline ? [] : segmentNames(projection, segments) }];
      }),
    );
    for (const name of this.asked) this.require(name);
  }

  /** Ends all waits. */
  close(): void {
    this.watch.close();
  }

  private require(name: string): WaitedProjection {
    if (!this.known)
      throw new ConfigurationError(`Projection ${name} cannot be waited for before the service has started.`);
    const known = this.known.get(name);
    if (known) return known;
    const names = [...this.known.keys()].join(', ') || 'none';
    throw new ConfigurationError(
      `Nobody can wait for a projection ${name}. Expected one that this service declares and that handles events of its own: ${names}.`,
    );
  }
}
