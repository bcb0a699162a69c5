// Health for everybody: other modules inject HealthContributors and add their own check.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthContributors } from './health-contributors.js';
import { HealthController, READY_FRESH_MS } from './health.controller.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [HealthContributors],
  exports: [HealthContributors],
})
export class HealthModule {
  /** For those who may not be given the same answer twice. */
  static forRoot({ freshMs }: { readonly freshMs: number }): DynamicModule {
    return { module: HealthModule, providers: [{ provide: READY_FRESH_MS, useValue: freshMs }] };
  }
}
