// What all payments add up to, for Prometheus. From the read model, so it is exact and survives every restart.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { MetricSources, reading, serviceMetrics, type Reading } from '@app/platform';
import { PaymentSummary } from './payment-summary.entity.js';

interface Sums {
  readonly currency: string;
  readonly captured: string;
  readonly refunded: string;
}

// #region source
@Injectable()
export class PaymentMoneySource implements OnModuleInit {
  constructor(
    @InjectRepository(PaymentSummary) private readonly rows: Repository<PaymentSummary>,
    private readonly sources: MetricSources,
  ) {}

  onModuleInit(): void {
    this.sources.add({
      name: 'payments',
      metrics: [serviceMetrics.money],
      everyMs: 10_000,
      read: () => this.read(),
    });
  }
  // #endregion source

  private async read(): Promise<Reading[]> {
    const sums = await this.rows
      .createQueryBuilder('payment')
      .select('payment.currency', 'currency')
      .addSelect('sum(payment.capturedMinor)', 'captured')
      .addSelect('sum(payment.refundedMinor)', 'refunded')
      .where('payment.currency IS NOT NULL')
      .groupBy('payment.currency')
      .getRawMany<Sums>();
    return sums.flatMap(({ currency, captured, refunded }) => [
      reading(serviceMetrics.money, { account: 'captured', currency }, Number(captured)),
      reading(serviceMetrics.money, { account: 'refunded', currency }, Number(refunded)),
    ]);
  }
}
