// The figures of a service's own database, read on the connection kept for that: a scrape waits for no request, and none for a scrape.
import type { QueryResultRow } from 'pg';
import { onDuty, type LogName } from '../../core/index.js';
import {
  FIGURES_COUNTED,
  type Figures,
  type ParkedFigure,
  type PoolFigure,
  type ProcessFigure,
  type SubscriptionLag,
  type TimerFigure,
  type UnreadableFigure,
} from '../../operations/index.js';
import type { PostgresDatabase, Query } from '../connections/database.js';
import * as sql from './figures.sql.js';

export interface HasPools {
  pools(): readonly PoolFigure[];
}

export class PostgresFigures implements Figures {
  /** @param others pools of this process on other databases */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly others: readonly HasPools[] = [],
  ) {}

  async ends(): Promise<Record<LogName, bigint>> {
    return (await this.rows<Record<LogName, bigint>>(sql.figureEnds))[0]!;
  }

  lags(): Promise<SubscriptionLag[]> {
    return this.rows<SubscriptionLag>(sql.figureLags);
  }

  parked(): Promise<ParkedFigure[]> {
    return this.rows<ParkedFigure>({ ...sql.figureParked, values: [FIGURES_COUNTED] });
  }

  unreadable(): Promise<UnreadableFigure[]> {
    return this.rows<UnreadableFigure>({ ...sql.figureUnreadable, values: [FIGURES_COUNTED] });
  }

  timers(): Promise<TimerFigure[]> {
    return this.rows<TimerFigure>(sql.figureTimers);
  }

  processes(): Promise<ProcessFigure[]> {
    return this.rows<ProcessFigure>(sql.figureProcesses);
  }

  pools(): PoolFigure[] {
    return [this.database, ...this.others].flatMap((one) => one.pools());
  }

  private async rows<R extends object>(query: Query): Promise<R[]> {
    const { rows } = await onDuty('metrics', () => this.database.queryOutside<R & QueryResultRow>(query));
    return rows;
  }
}
