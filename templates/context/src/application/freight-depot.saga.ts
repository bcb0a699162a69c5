// What messages of other contexts mean here. Stateless: one event in, one command out.
import { Injectable } from '@nestjs/common';
import { ofType, type IEvent } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import { CrateLoadRequestedV1 } from '../../../contracts/index.js';
import { DurableSaga } from '@app/event-store';
import { OpenCrateLoad } from './open-crate-load/open-crate-load.command.js';

@Injectable()
export class FreightDepotSaga {
  @DurableSaga('crate-load-open-on-message')
  openOnMessage = (events$: Observable<IEvent>): Observable<OpenCrateLoad> =>
    events$.pipe(
      ofType(CrateLoadRequestedV1),
      map(({ crateLoadId, subject }) => new OpenCrateLoad(crateLoadId, subject)),
    );
}
