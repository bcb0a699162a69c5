// Reads order_summary for the queries.
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository, type FindOptionsWhere } from 'typeorm';
import type { OrderView } from '../application/order.view.js';
import type { OrderFilter, OrderSummaries } from '../application/ports/order-summaries.js';
import { OrderSummary } from './order-summary.entity.js';

@Injectable()
export class OrderSummariesRepository implements OrderSummaries {
  constructor(@InjectRepository(OrderSummary) private readonly rows: Repository<OrderSummary>) {}

  async find(orderId: string): Promise<OrderView | undefined> {
    const row = await this.rows.findOneBy({ id: orderId });
    return row ? viewOf(row) : undefined;
  }

  async list({ customerId, status, before, limit }: OrderFilter): Promise<{ order: OrderView; place: bigint }[]> {
    const where: FindOptionsWhere<OrderSummary> = {
      ...(customerId !== undefined && { customerId }),
      ...(status !== undefined && { status }),
      ...(before !== undefined && { placedPosition: LessThan(before) }),
    };
    const rows = await this.rows.find({ where, order: { placedPosition: 'DESC' }, take: limit });
    return rows.map((row) => ({ order: viewOf(row), place: row.placedPosition }));
  }
}

function viewOf(row: OrderSummary): OrderView {
  return {
    orderId: row.id,
    customerId: row.customerId,
    status: row.status,
    version: row.version,
    lines: row.lines,
    total: { amountMinor: row.totalMinor, currency: row.currency },
    note: row.note ?? undefined,
    paymentId: row.paymentId ?? undefined,
    cancelReason: row.cancelReason ?? undefined,
    carrier: row.carrier ?? undefined,
    trackingNumber: row.trackingNumber ?? undefined,
    placedAt: row.placedAt,
    updatedAt: row.updatedAt,
  };
}
