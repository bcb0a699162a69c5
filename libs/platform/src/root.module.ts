// The root of every service: its configuration, database, event store, HTTP side and health around the context's own module.
import { Global, Inject, Logger, Module, type DynamicModule, type OnModuleInit, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  EVENT_STORE_RUNTIME,
  EventStoreModule,
  LocalKeyWrapping,
  powerOverHistory,
  SubscriptionHost,
  type CommandMiddleware,
  type EventStoreRuntime,
} from '@app/event-store';
import { brokerList } from './config/broker-list.js';
import { kafkaSecurity } from './config/kafka.config.js';
import { masterKeys } from './config/master-keys.js';
import { PlatformConfig } from './config/platform.config.js';
import { dataSourceOptions, type MigrationClass } from './database/data-source.js';
import { HealthContributors } from './health/health-contributors.js';
import { BrokerWatch } from './health/broker-watch.js';
import { HealthModule } from './health/health.module.js';
import { deadLetterCheck, serviceChecks } from './health/service-checks.js';
import { HttpModule } from './http/http.module.js';
import { MetricsModule } from './telemetry/metrics.module.js';

export interface RootOptions {
  readonly context: Type;
  readonly name: string;
  readonly config: PlatformConfig;
  /** Every configuration object, to be injected by its class. */
  readonly configs: readonly object[];
  readonly migrations: readonly MigrationClass[];
  readonly logging: DynamicModule;
  readonly commandMiddleware?: readonly Type<CommandMiddleware>[] | undefined;
}

@Global()
@Module({})
class ConfigModule {}

@Module({})
export class RootModule implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime,
    private readonly subscriptions: SubscriptionHost,
    private readonly health: HealthContributors,
    private readonly config: PlatformConfig,
  ) {}

  static of({ context, name, config, configs, migrations, logging, commandMiddleware }: RootOptions): DynamicModule {
    const providers = configs.map((useValue) => ({ provide: useValue.constructor as Type, useValue }));
    const onConnectionLost = (error: Error) => new Logger('database').warn(`A connection was lost: ${error.message}`);
    const poolSize = config.DATABASE_POOL_SIZE;
    const database = dataSourceOptions({
      url: config.DATABASE_URL,
      service: name,
      migrations,
      poolSize,
      onConnectionLost,
    });
    return {
      module: RootModule,
      imports: [
        logging,
        { module: ConfigModule, providers, exports: providers },
        TypeOrmModule.forRoot({ ...database, autoLoadEntities: true, retryAttempts: 3, retryDelay: 1_000 }),
        EventStoreModule.forRoot({
          service: name,
          databaseUrl: config.DATABASE_URL,
          poolSize,
          broker: brokerOf(config),
          deadLetterTopic: config.DEAD_LETTER_TOPIC,
          orphanWaitMs: config.ORPHAN_WAIT_MS,
          handlerDeadlineMs: config.HANDLER_DEADLINE_MS,
          personalData: personalDataOf(config),
          sealKeys: config.SEAL_KEY,
          commandMiddleware,
        }),
        HttpModule.forRoot(
          {
            issuer: config.AUTH_ISSUER,
            audience: config.AUTH_AUDIENCE,
            rolesClaim: config.AUTH_ROLES_CLAIM,
            jwks: config.AUTH_JWKS_FILE ? { file: config.AUTH_JWKS_FILE } : { url: config.AUTH_JWKS_URL! },
          },
          {
            windowSeconds: config.RATE_LIMIT_WINDOW_SECONDS,
            perUser: config.RATE_LIMIT_PER_USER,
            perAddress: config.RATE_LIMIT_PER_ADDRESS,
          },
          config.IDEMPOTENCY_KEY_TTL_MS,
        ),
        HealthModule,
        MetricsModule,
        context,
      ],
      providers: [BrokerWatch],
    };
  }

  async onModuleInit(): Promise<void> {
    const { runtime, subscriptions, dataSource, config } = this;
    await this.warnOfPower();
    const checks = serviceChecks({ runtime, subscriptions, dataSource });
    if (config.DEAD_LETTER_TOPIC !== undefined) checks.push(deadLetterCheck(subscriptions));
    for (const check of checks) this.health.add(check);
  }

  /** A service that somebody starts by hand in development may own its database. */
  private async warnOfPower(): Promise<void> {
    if (this.config.NODE_ENV !== 'production') return;
    const queryOutside = async ({ text }: { text: string }) => ({ rows: await this.dataSource.query<unknown[]>(text) });
    const power = await powerOverHistory({ queryOutside });
    if (power === undefined) return;
    const mend =
      'Run the service as a role of its own: DATABASE_APP_ROLE of the migration names it and grants it what it needs.';
    new Logger('database').warn(`${power}: only triggers keep it from changing events. ${mend}`);
  }
}

function personalDataOf(config: PlatformConfig): Parameters<typeof EventStoreModule.forRoot>[0]['personalData'] {
  const { PERSONAL_DATA_KEY: keys, PERSONAL_DATA_KEYS_URL: keysUrl } = config;
  return keys === undefined ? undefined : { wrapping: new LocalKeyWrapping(masterKeys(keys)), keysUrl };
}

function brokerOf(config: PlatformConfig): Parameters<typeof EventStoreModule.forRoot>[0]['broker'] {
  if (config.MESSAGE_BROKER === 'memory') return { kind: 'memory' };
  if (config.MESSAGE_BROKER === 'postgres') return { kind: 'postgres', busUrl: config.BUS_DATABASE_URL! };
  return {
    kind: 'kafka',
    brokers: brokerList(config.KAFKA_BROKERS!),
    prefix: config.KAFKA_PREFIX,
    security: kafkaSecurity(config),
    replicationFactor: config.KAFKA_REPLICATION_FACTOR ?? (config.NODE_ENV === 'production' ? 3 : 1),
  };
}
