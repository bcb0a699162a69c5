// Where the parts of a service say how they are: the database, the broker, the subscriptions. Readiness asks all of them.
import { Injectable } from '@nestjs/common';

export interface HealthContributor {
  /** Unique, e.g. `database`. */
  readonly name: string;
  /**
   * `degraded` still serves (the broker is away, commands work); `down` should get no traffic. Throwing or taking more than 2 s is
   * `down`. The detail is public: no names of hosts, no data.
   */
  check(): Promise<{ readonly status: 'up' | 'degraded' | 'down'; readonly detail?: string }>;
}

@Injectable()
export class HealthContributors {
  private readonly contributors = new Map<string, HealthContributor>();

  add(contributor: HealthContributor): void {
    if (this.contributors.has(contributor.name))
      throw new Error(`Two health contributors are named ${contributor.name}.`);
    this.contributors.set(contributor.name, contributor);
  }

  all(): readonly HealthContributor[] {
    return [...this.contributors.values()];
  }
}
