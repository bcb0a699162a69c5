// What the freight depot context tells the others. No personal data: who opened it and why stays inside the context.
import { IsIn } from 'class-validator';
import { IntegrationEvent, topic } from '@app/event-store/messaging';
import { IsId } from '@app/contracts';

@IntegrationEvent('shop.crate-load.opened.v1')
export class CrateLoadOpenedV1 {
  @IsId() readonly crateLoadId: string;

  constructor(crateLoadId: string) {
    this.crateLoadId = crateLoadId;
  }
}

/** Final. */
@IntegrationEvent('shop.crate-load.closed.v1')
export class CrateLoadClosedV1 {
  @IsId() readonly crateLoadId: string;
  @IsIn(['customer', 'operator', 'system']) readonly by: 'customer' | 'operator' | 'system';

  constructor(crateLoadId: string, by: 'customer' | 'operator' | 'system') {
    this.crateLoadId = crateLoadId;
    this.by = by;
  }
}

/** Keyed by the crate load's id. */
export const freightDepotEvents = topic('shop.freight-depot.events.v1', [CrateLoadOpenedV1, CrateLoadClosedV1]);
