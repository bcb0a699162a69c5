// POST /orders: what and how much. Prices are ours, the customer comes from the token.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsOmittable } from '@app/platform';
import { MAX_LINES, MAX_QUANTITY } from '../domain/order-line.js';
import { IsCurrencyCode } from './fields.js';

export class PlaceOrderLineDto {
  @ApiProperty({ example: 'coffee-beans', minLength: 1, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  sku: string;

  @ApiProperty({ example: 2, type: 'integer', minimum: 1, maximum: MAX_QUANTITY })
  @IsInt()
  @Min(1)
  @Max(MAX_QUANTITY)
  quantity: number;
}

export class PlaceOrderDto {
  @ApiProperty({
    type: [PlaceOrderLineDto],
    minItems: 1,
    maxItems: MAX_LINES,
    description: 'One line for each product.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_LINES)
  @ArrayUnique((line: Partial<PlaceOrderLineDto> | null) => line?.sku, { message: 'lines must name each sku once' })
  @ValidateNested({ each: true })
  @Type(() => PlaceOrderLineDto)
  lines: PlaceOrderLineDto[];

  @ApiPropertyOptional({ example: 'EUR', default: 'EUR', description: 'ISO 4217.' })
  @IsOmittable()
  @IsCurrencyCode()
  currency?: string;

  @ApiPropertyOptional({ example: 'Please ring twice.', maxLength: 500, description: 'Kept as it is.' })
  @IsOmittable()
  @IsString()
  @MaxLength(500)
  note?: string;
}
