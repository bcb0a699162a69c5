// Money as every API of ours shows it.
import { ApiProperty } from '@nestjs/swagger';

export class MoneyDto {
  @ApiProperty({ type: 'integer', example: 1250, minimum: 0, description: 'In the smallest unit of the currency.' })
  amountMinor: number;

  @ApiProperty({ example: 'EUR', description: 'ISO 4217.' })
  currency: string;
}
