// The routes of the payment service. For operators only: messages between contexts carry no customer, so there is no owner to check.
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AggregateNotFoundError, CommandBus, deterministicId } from '@app/event-store';
import { CommandId, Roles, UuidPipe } from '@app/platform';
import { GetPayment } from '../application/get-payment/get-payment.query.js';
import { RefundPayment } from '../application/refund-payment/refund-payment.command.js';
import { PaymentDto, PaymentsDto, toPaymentDto } from './payment.dto.js';
import { RefundDto, RefundedDto } from './refund.dto.js';

/** What is needed of the reply, whichever HTTP server it is of. */
interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('payments')
@Roles('operator')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Find the payment of an order' })
  @ApiOkResponse({ type: PaymentsDto })
  async find(@Query('orderId', UuidPipe) orderId: string): Promise<PaymentsDto> {
    const payment = await this.queries.execute(new GetPayment(orderId));
    return { items: payment ? [toPaymentDto(payment)] : [] };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a payment' })
  @ApiOkResponse({ type: PaymentDto })
  @ApiNotFoundResponse({ description: 'There is no such payment.' })
  async get(@Param('id', UuidPipe) paymentId: string, @Res({ passthrough: true }) reply: Reply): Promise<PaymentDto> {
    const payment = await this.queries.execute(new GetPayment(paymentId));
    if (!payment) throw new AggregateNotFoundError('payment', paymentId);
    reply.header('etag', `"${payment.version}"`);
    return toPaymentDto(payment);
  }

  @Post(':id/refund')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Refund a captured payment, in part or whole',
    description: 'The gateway is asked right after.',
  })
  @ApiOkResponse({ type: RefundedDto })
  @ApiNotFoundResponse({ description: 'There is no such payment.' })
  @ApiConflictResponse({ description: 'It is not captured, or less than that is left.' })
  async refund(
    @Param('id', UuidPipe) paymentId: string,
    @Body() { amountMinor, reason }: RefundDto,
    @CommandId() commandId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RefundedDto> {
    const refundId = deterministicId('refund', commandId);
    const command = new RefundPayment(paymentId, refundId, reason, amountMinor ?? undefined);
    const { version } = await this.commands.execute(command, { commandId, reason });
    reply.header('etag', `"${version}"`);
    return { paymentId, refundId, version };
  }
}
