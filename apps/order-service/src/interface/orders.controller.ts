// The routes of the order service. Everything is decided behind the buses.
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CommandBus, deterministicId, type AppendResult } from '@app/event-store';
import {
  answerChange,
  ApiProblems,
  CommandId,
  CurrentUser,
  etagHeader,
  etagOf,
  eventPositionHeader,
  IfMatch,
  locationHeader,
  PAGE_LIMIT,
  Roles,
  UuidPipe,
  WaitsFor,
  type AuthenticatedUser,
  type Reply,
} from '@app/platform';
import type { Actor } from '../application/actor.js';
import { CancelOrder } from '../application/cancel-order/cancel-order.command.js';
import { GetOrderHistory } from '../application/get-order-history/get-order-history.query.js';
import { GetOrder } from '../application/get-order/get-order.query.js';
import { ListOrders } from '../application/list-orders/list-orders.query.js';
import { PlaceOrder } from '../application/place-order/place-order.command.js';
import { ShipOrder } from '../application/ship-order/ship-order.command.js';
import { readAsOf } from './as-of.js';
import { CancelOrderDto, OrderChangedDto, ShipOrderDto } from './change-order.dto.js';
import { orderCursor } from './order-cursor.js';
import { HistoryEntryDto, toHistoryEntryDto } from './order-history.dto.js';
import { OrderDto, OrderPageDto, toOrderDto, toOrderPageDto } from './order.dto.js';
import { PlaceOrderDto } from './place-order.dto.js';
import { GetOrderQueryDto, ListOrdersQueryDto } from './read-orders.dto.js';

const orderIdParam = { name: 'id', format: 'uuid', description: 'Of the order.' };
const badRequest = 'The id or a query parameter is not right.';
const changeHeaders = { ...etagHeader, ...eventPositionHeader };
const notFound = 'There is no such order, or it is another customer’s.';

@ApiTags('orders')
@Roles('customer', 'operator')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Roles('customer')
  @ApiOperation({
    summary: 'Place an order',
    description: 'Sent again with the same Idempotency-Key it is the same order.',
  })
  @ApiCreatedResponse({ type: OrderChangedDto, headers: { ...locationHeader, ...changeHeaders } })
  @ApiProblems({ 422: 'A product is not sold in this currency, or the total is too large.' })
  async place(
    @Body() { lines, currency, note }: PlaceOrderDto,
    @CurrentUser() user: AuthenticatedUser,
    @CommandId() commandId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderChangedDto> {
    const orderId = deterministicId('order', commandId);
    const requested = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const command = new PlaceOrder(orderId, user.id, requested, currency ?? 'EUR', note ?? undefined);
    const result = await this.commands.execute(command, { commandId });
    reply.header('location', `/orders/${orderId}`);
    return changed(reply, orderId, result);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel an order that has not been shipped',
    description:
      'Cancelling twice changes nothing. Their own order everybody cancels as its customer, whatever roles they have.',
  })
  @ApiParam(orderIdParam)
  @ApiOkResponse({ type: OrderChangedDto, headers: changeHeaders })
  @ApiProblems({ 404: notFound, 409: 'It has been shipped.' })
  async cancel(
    @Param('id', UuidPipe) orderId: string,
    @Body() { reason }: CancelOrderDto,
    @CurrentUser() user: AuthenticatedUser,
    @CommandId() commandId: string,
    @IfMatch() expectedVersion: number | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderChangedDto> {
    const command = new CancelOrder(orderId, reason, actor(user), expectedVersion);
    const result = await this.commands.execute(command, { commandId });
    return changed(reply, orderId, result);
  }

  @Post(':id/ship')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({ summary: 'Record that a confirmed order was shipped' })
  @ApiParam(orderIdParam)
  @ApiOkResponse({ type: OrderChangedDto, headers: changeHeaders })
  @ApiProblems({ 404: 'There is no such order.', 409: 'It is not confirmed, or was shipped otherwise.' })
  async ship(
    @Param('id', UuidPipe) orderId: string,
    @Body() { carrier, trackingNumber }: ShipOrderDto,
    @CommandId() commandId: string,
    @IfMatch() expectedVersion: number | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderChangedDto> {
    const command = new ShipOrder(orderId, carrier, trackingNumber, expectedVersion);
    const result = await this.commands.execute(command, { commandId });
    return changed(reply, orderId, result);
  }

  // #region waits-for
  @Get()
  @WaitsFor('order-summary')
  // #endregion waits-for
  @ApiOperation({
    summary: 'List orders, newest first',
    description:
      'Whoever has the role operator sees all orders, everybody else their own. The list follows changes within moments, ' +
      'and shows the caller’s own when asked with Event-Position; a single order (GET /orders/{id}) is never behind an answer that was given.',
  })
  @ApiOkResponse({ type: OrderPageDto })
  @ApiProblems({ 400: badRequest })
  async list(
    @Query() { status, cursor, limit }: ListOrdersQueryDto,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<OrderPageDto> {
    const query = new ListOrders(actor(user), limit ?? PAGE_LIMIT, status, orderCursor.read(cursor));
    return toOrderPageDto(await this.queries.execute(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get an order as it is, or as it was' })
  @ApiParam(orderIdParam)
  @ApiOkResponse({ type: OrderDto, headers: etagHeader })
  @ApiProblems({ 400: badRequest, 404: `${notFound} Or there was none at that time, or no such version.` })
  async get(
    @Param('id', UuidPipe) orderId: string,
    @Query() { asOf }: GetOrderQueryDto,
    @CurrentUser() user: AuthenticatedUser,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderDto> {
    const at = asOf === undefined ? undefined : readAsOf(asOf);
    const order = await this.queries.execute(new GetOrder(orderId, actor(user), at));
    reply.header('etag', etagOf(order.version));
    return toOrderDto(order);
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Who did what to an order, when and why' })
  @ApiParam(orderIdParam)
  @ApiOkResponse({ type: [HistoryEntryDto] })
  @ApiProblems({ 400: badRequest, 404: notFound })
  async history(
    @Param('id', UuidPipe) orderId: string,
    @CurrentUser() user: AuthenticatedUser,
  ): Promise<readonly HistoryEntryDto[]> {
    return (await this.queries.execute(new GetOrderHistory(orderId, actor(user)))).map(toHistoryEntryDto);
  }
}

function actor({ id, roles }: AuthenticatedUser): Actor {
  return { id, operator: roles.includes('operator') };
}

// #region changed
function changed(reply: Reply, orderId: string, result: AppendResult): OrderChangedDto {
  answerChange(reply, result);
  return { orderId, version: result.version };
}
// #endregion changed
