// Stands for the company that moves the money: its ledger is its own, written on its own connection, and commits whatever becomes of us.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { failpoint } from '@app/event-store';
import type { Money } from '@app/kernel';
import {
  GatewayUnavailableError,
  type CaptureAnswer,
  type PaymentGateway,
} from '../../application/ports/payment-gateway.js';
import { parseGatewayFaults, type GatewayFault } from './gateway-fault.js';
import { PaymentConfig } from './payment.config.js';

type Outcome = 'captured' | 'declined' | 'refunded';

@Injectable()
export class SimulatedGateway implements PaymentGateway, OnModuleDestroy {
  private readonly faults: readonly GatewayFault[];
  /** Calls so far by entry, counted only while there is a script to play. */
  private readonly calls = new Map<string, number>();
  private readonly stalled = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: PaymentConfig,
  ) {
    this.faults = parseGatewayFaults(config.GATEWAY_FAULTS) ?? [];
  }

  /** A service that ends does not wait for a slow gateway: the call fails, and the command comes again after the next start. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Declines amounts whose minor units end in 13, and takes its time over the first call about each that ends in 77. */
  async capture(paymentId: string, amount: Money): Promise<CaptureAnswer> {
    const entry = `capture:${paymentId}`;
    const outcome = amount.amountMinor % 100 === 13 ? 'declined' : 'captured';
    if (amount.amountMinor % 100 === 77) await this.stall(entry);
    const booked = await this.troubled(entry, () => this.book(entry, paymentId, amount, outcome));
    return booked === 'declined'
      ? { outcome: 'declined', reason: 'the payment was declined' }
      : { outcome: 'captured', gatewayRef: `sim-${paymentId}` };
  }

  async refund(paymentId: string, refundId: string, amount: Money): Promise<void> {
    const entry = `refund:${refundId}`;
    await this.troubled(entry, () => this.book(entry, paymentId, amount, 'refunded'));
  }

  /** Straight on the data source: a connection of its own, each statement committed by itself. An entry that is there already keeps its outcome. */
  private async book(
    entry: string,
    paymentId: string,
    { amountMinor, currency }: Money,
    outcome: Outcome,
  ): Promise<Outcome> {
    const [kind] = entry.split(':');
    const values = [entry, paymentId, kind, amountMinor, currency, outcome];
    const [added] = await this.database.query<LedgerRow[]>(INSERT, values);
    const row = added ?? (await this.database.query<LedgerRow[]>(SELECT, [entry]))[0];
    if (row?.payment_id !== paymentId || Number(row.amount_minor) !== amountMinor || row.currency !== currency) {
      throw new Error(`The gateway has another payment, amount or currency under ${entry}, and refuses to change it.`);
    }
    return row.outcome;
  }

  private async troubled<T>(entry: string, call: () => Promise<T>): Promise<T> {
    await this.pause(entry, this.config.GATEWAY_DELAY_MS);
    const fault = this.nextFault(entry);
    if (fault?.kind === 'error-500') throw new GatewayUnavailableError(`The gateway answered 500 to ${entry}.`);
    if (fault?.kind === 'slow') await this.pause(entry, fault.ms);
    const answer = await call();
    failpoint('gateway.afterCallBeforeRecord');
    if (fault?.kind === 'timeout-after-success')
      throw new GatewayUnavailableError(`The gateway did not answer ${entry} in time.`);
    return answer;
  }

  /** Whoever has lost patience and asks again is answered at once: the call that hangs must not count twice when it comes back. */
  private async stall(entry: string): Promise<void> {
    if (this.stalled.has(entry)) return;
    this.stalled.add(entry);
    await this.pause(entry, this.config.GATEWAY_STALL_MS);
  }

  private async pause(entry: string, ms: number): Promise<void> {
    if (ms === 0) return;
    try {
      await sleep(ms, undefined, { signal: this.stopping.signal });
    } catch (error) {
      throw new GatewayUnavailableError(`The service stops and did not wait for ${entry}.`, { cause: error });
    }
  }

  private nextFault(entry: string): GatewayFault | undefined {
    if (this.faults.length === 0) return undefined;
    const call = this.calls.get(entry) ?? 0;
    this.calls.set(entry, call + 1);
    return this.faults[call];
  }
}

interface LedgerRow {
  readonly payment_id: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly outcome: Outcome;
}

const INSERT = `
  INSERT INTO gateway_ledger (entry_id, payment_id, kind, amount_minor, currency, outcome)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (entry_id) DO NOTHING
  RETURNING payment_id, amount_minor, currency, outcome`;
const SELECT = 'SELECT payment_id, amount_minor, currency, outcome FROM gateway_ledger WHERE entry_id = $1';
