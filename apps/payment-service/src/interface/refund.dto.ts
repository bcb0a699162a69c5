// POST /payments/:id/refund.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IsOmittable, IsTextLine } from '@app/platform';

export class RefundDto {
  @ApiPropertyOptional({
    type: 'integer',
    example: 500,
    minimum: 1,
    description: 'In the smallest unit of the payment’s currency. Without it: all that is left.',
  })
  @IsOmittable()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  amountMinor?: number;

  @ApiProperty({ example: 'Arrived broken.', minLength: 1, maxLength: 200, description: 'Kept for ever: name nobody.' })
  @IsTextLine(200)
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
