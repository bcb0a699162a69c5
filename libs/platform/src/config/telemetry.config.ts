// What a service tells of itself, and to whom: the part of its environment that is about metrics and traces.
import { IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';
import { Env } from './env.decorator.js';
import { KafkaConfig } from './kafka.config.js';

/** The base of PlatformConfig. */
export class TelemetryConfig extends KafkaConfig {
  /** Where Prometheus scrapes metrics, at `/metrics` on the address of HOST, without a token: a port that only those inside reach. Unset: nothing is measured. */
  @Env('integer', { expected: 'a port from 0 to 65535; 0 takes a free one' })
  @IsOptional()
  @Min(0)
  @Max(65_535)
  readonly METRICS_PORT?: number;

  /** Where spans go, over OTLP: a collector of OpenTelemetry. Unset: nothing is traced. */
  @Env('text', { expected: 'the http or https URL of a collector, e.g. http://localhost:4318, without a user' })
  @IsOptional()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true })
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** So many requests a second are traced by each replica, whatever the share of the others is. */
  @Env('integer', { expected: 'a whole number of traces from 0 to 1000000' })
  @Min(0)
  @Max(1_000_000)
  readonly TRACES_PER_SECOND: number = 25;

  /** The share of the requests beyond these that are traced, 1 being all. */
  @Env('text', { expected: 'a number from 0 to 1' })
  @Matches(/^(0(\.\d+)?|1(\.0+)?)$/)
  readonly OTEL_TRACES_SAMPLER_ARG: string = '0.1';

  /**
   * Whether callers decide which of their requests are traced (`traceparent`, its flag). For a gateway of your own that samples; anybody else could have
   * every request traced. Their trace goes on in either case.
   */
  @Env('boolean', { expected: 'true or false' })
  readonly TRACES_FOLLOW_CALLERS: boolean = false;
}
