// Two questions an orchestrator asks: is the process alive (else restart it), and should it get traffic (else wait).
import { Controller, Get, Inject, Logger, Optional, type OnModuleDestroy } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { messageOf } from '@app/event-store/core';
import { Public } from '../auth/access.decorators.js';
import { ApiProblems } from '../docs/api-problems.js';
import { ProblemException } from '../http/problem.js';
import { HealthContributors, type HealthContributor } from './health-contributors.js';
import { LiveDto, ReadyDto } from './health.dto.js';
import { SharedAnswer } from './shared-answer.js';

const TIMEOUT_MS = 2_000;
/** Anybody may ask as often as they like, and the database answers on one connection. */
const FRESH_MS = 500;
/** How long the answer of readiness is given again, in milliseconds; default 500. */
export const READY_FRESH_MS = Symbol('READY_FRESH_MS');

@ApiTags('health')
@Public()
@Controller('health')
export class HealthController implements OnModuleDestroy {
  private readonly logger = new Logger('health');
  private isStopping = false;
  private readonly answer: SharedAnswer<ReadyDto>;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly contributors: HealthContributors,
    @Optional() @Inject(READY_FRESH_MS) freshMs: number = FRESH_MS,
  ) {
    this.answer = new SharedAnswer(() => this.askAll(), freshMs);
  }

  /** The first that a stopping application calls: no new traffic from here on, while what is in hand is finished. */
  onModuleDestroy(): void {
    this.isStopping = true;
  }

  @Get('live')
  @ApiOperation({ summary: 'Is the process alive?' })
  @ApiOkResponse({ type: LiveDto })
  live(): LiveDto {
    return { status: 'ok' };
  }

  /** 200 also when degraded: the service still does its work. */
  @Get('ready')
  @ApiOperation({ summary: 'Should it get traffic?' })
  @ApiOkResponse({ type: ReadyDto })
  @ApiProblems({
    503: 'The service is stopping, or a part it cannot do without is down; the member checks says which.',
  })
  async ready(): Promise<ReadyDto> {
    if (this.isStopping) throw notReady('The service is stopping.', {});
    return this.answer.get();
  }

  private async askAll(): Promise<ReadyDto> {
    const checks = this.contributors.all().map((contributor) => () => this.ask(contributor));
    let result: HealthCheckResult;
    try {
      result = await this.health.check(checks);
    } catch (error) {
      const details = (error as { getResponse?: () => HealthCheckResult }).getResponse?.().details ?? {};
      throw notReady('The service is not ready; see checks.', details);
    }
    return { status: result.status, checks: result.details };
  }

  private async ask(contributor: HealthContributor): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(contributor.name);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    try {
      const { status, detail } = await Promise.race([contributor.check(), late]);
      const data: { detail?: string } = detail === undefined ? {} : { detail };
      if (status === 'up') return indicator.up(data);
      return status === 'degraded' ? indicator.degraded(data) : indicator.down(data);
    } catch (error) {
      this.logger.warn(`${contributor.name}: ${messageOf(error)}`);
      return indicator.down();
    } finally {
      clearTimeout(timer);
    }
  }
}

function notReady(detail: string, checks: object): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'not-ready',
    detail,
    extensions: { checks },
  });
}
