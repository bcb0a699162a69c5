// The routes of the payment service. For operators only: messages between contexts carry no customer, so there is no owner to check.
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { AggregateNotFoundError, CommandBus, deterministicId } from '@app/event-store';
import {
  answerChange,
  ApiProblems,
  CommandId,
  etagHeader,
  etagOf,
  eventPositionHeader,
  IfMatch,
  Roles,
  UuidPipe,
  type Reply,
} from '@app/platform';
import { GetPayment } from '../application/get-payment/get-payment.query.js';
import { RefundPayment } from '../application/refund-payment/refund-payment.command.js';
import { PaymentDto, PaymentsDto, toPaymentDto } from './payment.dto.js';
import { RefundDto, RefundedDto } from './refund.dto.js';

const paymentIdParam = { name: 'id', format: 'uuid', description: 'Of the payment, which is the id of its order.' };
const badRequest = 'The id or a query parameter is not right.';
const notFound = 'There is no such payment.';

@ApiTags('payments')
@Roles('operator')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Find the payment of an order', description: 'For operators only, like everything here.' })
  @ApiQuery({ name: 'orderId', required: true, schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: PaymentsDto })
  @ApiProblems({ 400: badRequest })
  async find(@Query('orderId', UuidPipe) orderId: string): Promise<PaymentsDto> {
    const payment = await this.queries.execute(new GetPayment(orderId));
    return { items: payment ? [toPaymentDto(payment)] : [] };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a payment' })
  @ApiParam(paymentIdParam)
  @ApiOkResponse({ type: PaymentDto, headers: etagHeader })
  @ApiProblems({ 400: badRequest, 404: notFound })
  async get(@Param('id', UuidPipe) paymentId: string, @Res({ passthrough: true }) reply: Reply): Promise<PaymentDto> {
    const payment = await this.queries.execute(new GetPayment(paymentId));
    if (!payment) throw new AggregateNotFoundError('payment', paymentId);
    reply.header('etag', etagOf(payment.version));
    return toPaymentDto(payment);
  }

  @Post(':id/refund')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Refund a captured payment, in part or whole',
    description: 'The gateway is asked right after.',
  })
  @ApiParam(paymentIdParam)
  @ApiOkResponse({ type: RefundedDto, headers: { ...etagHeader, ...eventPositionHeader } })
  @ApiProblems({ 404: notFound, 409: 'It is not captured, or less than that is left.' })
  async refund(
    @Param('id', UuidPipe) paymentId: string,
    @Body() { amountMinor, reason }: RefundDto,
    @CommandId() commandId: string,
    @IfMatch() expectedVersion: number | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RefundedDto> {
    const refundId = deterministicId('refund', commandId);
    const command = new RefundPayment(paymentId, refundId, reason, amountMinor, expectedVersion);
    const result = await this.commands.execute(command, { commandId });
    answerChange(reply, result);
    return { paymentId, refundId, version: result.version };
  }
}
