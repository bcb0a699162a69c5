// What one piece of a product costs in one currency.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MinorUnitsColumn } from '@app/platform/database';

@Entity('price_list')
export class PriceListEntry {
  @PrimaryColumn('text')
  sku: string;

  @PrimaryColumn('text')
  currency: string;

  @Column('text')
  name: string;

  /** The table allows at most 2^53 - 1. */
  @MinorUnitsColumn('unit_amount_minor')
  unitAmountMinor: number;
}
