// A service whose requests may take as long as they like, with a handler and a publisher behind them: for the spec of its connections.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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

  /** Does nothing before the service is asked to stop, and needs both its pools after that. */
  @Post('ring-late')
  async ringLate() {
    const stopping = once(process, 'SIGTERM');
    process.send!({ type: 'in hand' });
    await stopping;
    await sleep(500); // what stops before the connections has stopped by then
    await this.dataSource.query('SELECT 1');
    return this.ring();
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
