// @Deprecated: a route that will go. Its answers say since when (RFC 9745), until when (RFC 8594), and which takes its place; so do the API docs.
import { applyDecorators, Header } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

export interface Deprecation {
  /** Dates, as `2026-11-27`: the day begins in UTC. */
  readonly since: string;
  readonly until: string;
  /** Address of what takes its place: `/v2/orders`. */
  readonly successor: string;
}

export function Deprecated({ since, until, successor }: Deprecation): MethodDecorator {
  return applyDecorators(
    Header('deprecation', `@${Date.parse(since) / 1_000}`),
    Header('sunset', new Date(until).toUTCString()),
    Header('link', `<${successor}>; rel="successor-version"`),
    ApiOperation({ summary: undefined, deprecated: true }), // beside the one that has the summary
  );
}
