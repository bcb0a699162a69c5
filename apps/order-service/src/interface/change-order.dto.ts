// POST /orders/:id/cancel and /ship, and what every change answers.
import { ApiProperty } from '@nestjs/swagger';
import { IsTextLine } from '@app/platform';

export class CancelOrderDto {
  @ApiProperty({
    example: 'Ordered twice.',
    minLength: 1,
    maxLength: 200,
    description: 'Kept for ever, also when the customer is forgotten: name nobody.',
  })
  @IsTextLine(200)
  reason: string;
}

export class ShipOrderDto {
  @ApiProperty({ example: 'DHL', minLength: 1, maxLength: 100 })
  @IsTextLine(100)
  carrier: string;

  @ApiProperty({ example: '00340434161094042557', minLength: 1, maxLength: 100 })
  @IsTextLine(100)
  trackingNumber: string;
}

export class OrderChangedDto {
  @ApiProperty({ format: 'uuid' })
  orderId: string;

  @ApiProperty({ type: 'integer', example: 1, description: 'Version of the order after the change; also the ETag.' })
  version: number;
}
