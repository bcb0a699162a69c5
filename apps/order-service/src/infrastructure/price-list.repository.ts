// The price list as a table of the order database.
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { money } from '@app/kernel';
import type { PriceList, Product } from '../application/ports/price-list.js';
import { PriceListEntry } from './price-list.entity.js';

@Injectable()
export class PriceListRepository implements PriceList {
  constructor(@InjectRepository(PriceListEntry) private readonly entries: Repository<PriceListEntry>) {}

  async find(skus: readonly string[], currency: string): Promise<ReadonlyMap<string, Product>> {
    const found = await this.entries.findBy({ sku: In([...skus]), currency });
    return new Map(
      found.map(({ sku, name, unitAmountMinor }) => [sku, { name, unitPrice: money(unitAmountMinor, currency) }]),
    );
  }
}
