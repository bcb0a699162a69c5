// Private fact → public message. What is not named here is not published, and what people wrote stays here: it may name people.
import { CrateLoadClosedV1, CrateLoadOpenedV1, freightDepotEvents } from '../../../contracts/index.js';
import { Publish, Publisher, type EventContext } from '@app/event-store';
import { CrateLoadClosed, CrateLoadOpened } from '../domain/crate-load.events.js';

@Publisher(freightDepotEvents, { key: (_event, context) => context.stream.id })
export class FreightDepotPublisher {
  @Publish(CrateLoadOpened)
  opened(_event: CrateLoadOpened, { stream }: EventContext): CrateLoadOpenedV1 {
    return new CrateLoadOpenedV1(stream.id);
  }

  @Publish(CrateLoadClosed)
  closed({ by }: CrateLoadClosed, { stream }: EventContext): CrateLoadClosedV1 {
    return new CrateLoadClosedV1(stream.id, by);
  }
}
