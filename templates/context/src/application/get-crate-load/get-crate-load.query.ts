// One crate load, as it is now.
import { Query } from '@nestjs/cqrs';
import type { Actor } from '../actor.js';
import type { CrateLoadView } from '../crate-load.view.js';

export class GetCrateLoad extends Query<CrateLoadView> {
  constructor(
    readonly crateLoadId: string,
    readonly actor: Actor,
  ) {
    super();
  }
}
