// What one piece of a product costs in one currency.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('price_list')
export class PriceListEntry {
  @PrimaryColumn('text')
  sku: string;

  @PrimaryColumn('text')
  currency: string;

  @Column('text')
  name: string;

  /** Text, as the driver gives a bigint; the table allows at most 2^53 - 1. */
  @Column('bigint', { name: 'unit_amount_minor' })
  unitAmountMinor: string;
}
