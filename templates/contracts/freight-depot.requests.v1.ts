// What others may ask of the freight depot context: whoever wants a crate load publishes this.
import { IntegrationEvent, topic } from '@app/event-store/messaging';
import { IsId, IsLine } from '@app/contracts';

@IntegrationEvent('shop.crate-load.requested.v1')
export class CrateLoadRequestedV1 {
  /** Chosen by who asks: the same id is the same crate load. */
  @IsId() readonly crateLoadId: string;
  /** No personal data. */
  @IsLine() readonly subject: string;

  constructor(crateLoadId: string, subject: string) {
    this.crateLoadId = crateLoadId;
    this.subject = subject;
  }
}

/** Keyed by the crate load's id. */
export const freightDepotRequests = topic('shop.freight-depot.requests.v1', [CrateLoadRequestedV1]);
