// A service whose requests may take as long as they like, with a handler and a publisher behind them: for the spec that uses up its connections.
import { Controller, Get, Module, Post } from '@nestjs/common';
import { EventsHandler } from '@nestjs/cqrs';
import { IsString } from 'class-validator';
import { DataSource, type EntityManager } from 'typeorm';
import {
  Aggregate,
  AggregateStore,
  Event,
  EventSourcedAggregate,
  EventStoreModule,
  InjectAggregate,
  IntegrationEvent,
  Publish,
  Publisher,
  systemIds,
  topic,
  When,
  type EventContext,
} from '@app/event-store';
import { bootstrap, Public } from '@app/platform';

@Event('bell.rung')
class BellRung {}

@Aggregate('bell')
class Bell extends EventSourcedAggregate<object> {
  state = {};

  ring(): void {
    this.raise(new BellRung());
  }

  @When(BellRung)
  protected rung(): void {}
}

@IntegrationEvent('busy.bell-rung.v1')
class BellRungV1 {
  @IsString()
  bell: string;

  constructor(bell: string) {
    this.bell = bell;
  }
}

const bells = topic('busy.bells.v1', [BellRungV1]);

@Publisher(bells, { key: (_event, { stream }) => stream.id })
class BellPublisher {
  @Publish(BellRung)
  rung(_event: BellRung, { stream }: EventContext) {
    return new BellRungV1(stream.id);
  }
}

let handled = 0;

@EventsHandler(BellRung)
class BellHandler {
  async handle(_event: BellRung, _context: EventContext, db: EntityManager): Promise<void> {
    await db.query('SELECT 1');
    handled += 1;
  }
}

@Public()
@Controller()
class BusyController {
  constructor(
    private readonly dataSource: DataSource,
    @InjectAggregate(Bell) private readonly bellStore: AggregateStore<Bell>,
  ) {}

  @Get('slow')
  slow() {
    return this.dataSource.query<unknown[]>('SELECT pg_sleep(12)');
  }

  @Post('ring')
  ring() {
    return this.bellStore.create(systemIds.next(), (bell) => bell.ring()).then(({ version }) => ({ version }));
  }

  @Get('handled')
  handled() {
    return { handled };
  }
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Bell], publishers: [BellPublisher] })],
  controllers: [BusyController],
  providers: [BellHandler],
})
class BusyModule {}

export const started = bootstrap(BusyModule, { name: 'busy-service' });
