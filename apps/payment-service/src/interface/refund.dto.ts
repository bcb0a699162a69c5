// POST /payments/:id/refund.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

export class RefundDto {
  @ApiPropertyOptional({
    type: 'integer',
    example: 500,
    minimum: 1,
    description: 'In the smallest unit of the payment’s currency. Without it: all that is left.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  amountMinor?: number;

  @ApiProperty({ example: 'Arrived broken.', minLength: 1, maxLength: 200 })
  @Matches(/^\P{Cc}{1,200}$/u, { message: '$property must be 1 to 200 characters on one line' })
  @Matches(/\S/u, { message: '$property must not be blank' })
  reason: string;
}

export class RefundedDto {
  @ApiProperty({ format: 'uuid' })
  paymentId: string;

  @ApiProperty({ format: 'uuid' })
  refundId: string;

  @ApiProperty({ type: 'integer', example: 3, description: 'Version of the payment after the refund; also the ETag.' })
  version: number;
}
