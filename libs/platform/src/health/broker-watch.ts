// Says in the log when the message bus goes away and comes back, once for each reason: a service without it works on, so nobody else would notice.
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EVENT_STORE_RUNTIME, SubscriptionHost, type EventStoreRuntime } from '@app/event-store';

/** How often is looked, in milliseconds. The first look gives the bus this long to be reached. */
const EVERY_MS = 2_000;

@Injectable()
export class BrokerWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('broker');
  /** What has been said about the outage that lasts. */
  private readonly said = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly subscriptions: SubscriptionHost,
    @Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), EVERY_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { status, detail = 'no reason given' } = this.subscriptions.messaging();
    if (status === 'up') {
      if (this.said.size > 0) this.logger.log('The message bus is back; what waited is sent and received now.');
      this.said.clear();
    } else if (!this.said.has(detail)) {
      this.said.add(detail);
      const variable = this.runtime.broker.name === 'postgres' ? 'BUS_DATABASE_URL' : 'MESSAGE_BROKER';
      const reason = detail.replace(/\.?$/, '.');
      this.logger.error(
        `${variable}: the message bus cannot be used: ${reason} Requests are served and messages wait. If this lasts, look at ${variable}.`,
      );
    }
  }
}

/** For health answers, which anybody may read: what a broker says about itself may name hosts, what messaging says names nothing. */
export function messagingHealth(
  broker: EventStoreRuntime['broker'],
  subscriptions: SubscriptionHost,
): ReturnType<SubscriptionHost['messaging']> {
  if (broker.health().status === 'up') return subscriptions.messaging();
  return { status: 'degraded', detail: 'The message bus cannot be used; messages wait.' };
}
