// The port that remembers which version of a projection serves. Where each of them is, is the business of its subscription.
import type { LogName } from '../../core/index.js';

export interface ProjectionKey {
  readonly name: string;
  readonly version: number;
}

export type ProjectionState =
  /** Has never been level with its logs: nobody should read its tables yet. */
  | 'building'
  /** The one to read; at most one version of a name. */
  | 'serving'
  /** Another version serves. Its tables and its checkpoint are kept for a way back. */
  | 'retired';

export interface ProjectionVersion extends ProjectionKey {
  readonly state: ProjectionState;
  /** The logs it has been level with. */
  readonly caughtUp: readonly LogName[];
  readonly begunAt: Date;
  /** When it last became the serving one, and its checkpoint then; undefined while it is being built for the first time. */
  readonly switchedAt: Date | undefined;
  readonly switchedPosition: bigint | undefined;
  /** When a service that runs first found it level; undefined while it serves in name only, built ahead of its deploy. */
  readonly takenUpAt: Date | undefined;
}

/** All writes join the open unit of work. */
export interface ProjectionVersions {
  /** Makes a version known, as one that is being built. A known one stays as it is. */
  begin(key: ProjectionKey): Promise<void>;
  /** By name and version. */
  list(): Promise<ProjectionVersion[]>;
  /** All versions of a name, ascending; nobody else can change them until the open unit of work ends. */
  lock(name: string): Promise<ProjectionVersion[]>;
  noteCaughtUp(key: ProjectionKey, log: LogName): Promise<void>;
  /** It serves from now on, and the version that did is retired. */
  serve(key: ProjectionKey, position: bigint): Promise<void>;
  takeUp(key: ProjectionKey): Promise<void>;
  /** Forgets a version that has never served; false for any other. */
  forget(key: ProjectionKey): Promise<boolean>;
}
