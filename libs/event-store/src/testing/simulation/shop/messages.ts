// What the two contexts of the simulated shop say to each other.
import { IsInt, IsString } from 'class-validator';
import { IntegrationEvent, topic } from '../../../messaging/index.js';

@IntegrationEvent('sim.sale.made.v1')
export class SaleMadeV1 {
  @IsString() readonly saleId: string;
  @IsInt() readonly amountMinor: number;
  constructor(saleId: string, amountMinor: number) {
    this.saleId = saleId;
    this.amountMinor = amountMinor;
  }
}

@IntegrationEvent('sim.sale.confirmed.v1')
export class SaleConfirmedV1 {
  @IsString() readonly saleId: string;
  constructor(saleId: string) {
    this.saleId = saleId;
  }
}

@IntegrationEvent('sim.sale.cancelled.v1')
export class SaleCancelledV1 {
  @IsString() readonly saleId: string;
  @IsString() readonly reason: string;
  constructor(saleId: string, reason: string) {
    this.saleId = saleId;
    this.reason = reason;
  }
}

@IntegrationEvent('sim.charge.captured.v1')
export class ChargeCapturedV1 {
  @IsString() readonly saleId: string;
  constructor(saleId: string) {
    this.saleId = saleId;
  }
}

@IntegrationEvent('sim.charge.failed.v1')
export class ChargeFailedV1 {
  @IsString() readonly saleId: string;
  constructor(saleId: string) {
    this.saleId = saleId;
  }
}

@IntegrationEvent('sim.charge.refunded.v1')
export class ChargeRefundedV1 {
  @IsString() readonly saleId: string;
  constructor(saleId: string) {
    this.saleId = saleId;
  }
}

export const salesTopic = topic('sim.sales.v1', [SaleMadeV1, SaleConfirmedV1, SaleCancelledV1], { partitions: 2 });
export const chargesTopic = topic('sim.charges.v1', [ChargeCapturedV1, ChargeFailedV1, ChargeRefundedV1], {
  partitions: 2,
});
