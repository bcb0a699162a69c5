// Metrics for everybody: other modules inject MetricSources and add what their context counts.
import { Global, Module } from '@nestjs/common';
import { MetricSources } from './metric-sources.js';

@Global()
@Module({ providers: [MetricSources], exports: [MetricSources] })
export class MetricsModule {}
