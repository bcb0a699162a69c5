// The measure of `postOrders`: the same request, authenticated, validated and priced by the order service's own classes, then `save()`. No events.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Body, Controller, Inject, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm';
import { dataSourceConnection } from '../../libs/event-store/src/postgres/index.js';
import { noRateLimits } from '../../tools/system/no-rate-limits.js';
import type * as Platform from '../../libs/platform/src/index.js';
import type * as Logging from '../../libs/platform/src/logging/logger.js';
import type * as Dto from '../../apps/order-service/src/interface/place-order.dto.js';
import type * as Lines from '../../apps/order-service/src/domain/order-line.js';
import type * as Entry from '../../apps/order-service/src/infrastructure/price-list.entity.js';
import type * as Prices from '../../apps/order-service/src/infrastructure/price-list.repository.js';

/** As the service runs it: what is compiled here on the fly would lack the types that Nest asks for. */
const built = (path: string): Promise<unknown> =>
  import(pathToFileURL(resolve('dist/apps/order-service', path.replace(/\.ts$/, '.js'))).href);

const { configureHttp, CurrentUser, httpAdapter, HttpModule, Roles } = (await built(
  'libs/platform/src/index.ts',
)) as typeof Platform;
const { createLogger, loggerModule, serviceLogger } = (await built(
  'libs/platform/src/logging/logger.ts',
)) as typeof Logging;
const { PlaceOrderDto } = (await built('apps/order-service/src/interface/place-order.dto.ts')) as typeof Dto;
const { totalOf } = (await built('apps/order-service/src/domain/order-line.ts')) as typeof Lines;
const { PriceListEntry } = (await built('apps/order-service/src/infrastructure/price-list.entity.ts')) as typeof Entry;
const { PriceListRepository } = (await built(
  'apps/order-service/src/infrastructure/price-list.repository.ts',
)) as typeof Prices;
const { DATABASE_URL, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_FILE } = process.env as Record<string, string>;

@Entity('plain_orders')
class PlainOrder {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  customerId: string;

  @Column('text')
  status: string;

  @Column('jsonb')
  lines: readonly Lines.OrderLine[];

  @Column('jsonb')
  total: object;

  @Column('timestamptz', { default: () => 'now()' })
  placedAt: Date;
}

@Roles('customer')
@Controller('orders')
class PlainController {
  constructor(
    @Inject(getRepositoryToken(PlainOrder)) private readonly orders: Repository<PlainOrder>,
    @Inject(PriceListRepository) private readonly prices: Prices.PriceListRepository,
  ) {}

  @Post()
  @Reflect.metadata('design:paramtypes', [PlaceOrderDto, Object])
  async place(@Body() { lines, currency = 'EUR' }: Dto.PlaceOrderDto, @CurrentUser() user: Platform.AuthenticatedUser) {
    const products = await this.prices.find(
      lines.map(({ sku }) => sku),
      currency,
    );
    const priced = lines.map(({ sku, quantity }) => ({ sku, quantity, ...products.get(sku)! }));
    const order = { customerId: user.id, status: 'placed', lines: priced, total: totalOf(priced) };
    const { id: orderId } = await this.orders.save(order);
    return { orderId, version: 1 };
  }
}

const logger = createLogger({ name: 'plain', level: 'info' });
const auth = { issuer: AUTH_ISSUER!, audience: AUTH_AUDIENCE!, jwks: { file: AUTH_JWKS_FILE! } };

@Module({
  imports: [
    loggerModule(logger),
    TypeOrmModule.forRoot({
      ...dataSourceConnection({ url: DATABASE_URL!, applicationName: 'plain' }),
      autoLoadEntities: true,
      synchronize: true,
    }),
    TypeOrmModule.forFeature([PlainOrder, PriceListEntry]),
    HttpModule.forRoot(auth, noRateLimits),
  ],
  controllers: [PlainController],
  providers: [PriceListRepository],
})
class PlainModule {}

const app = await NestFactory.create<NestFastifyApplication>(PlainModule, httpAdapter(), {
  bodyParser: false,
  logger: serviceLogger(logger),
});
configureHttp(app);
const entries = app.get<Repository<Entry.PriceListEntry>>(getRepositoryToken(PriceListEntry));
await entries.save({ sku: 'mug', currency: 'EUR', name: 'Mug', unitAmountMinor: 890 });
await app.listen(0, '127.0.0.1');
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
process.send!({ type: 'listening', url: await app.getUrl() });
