// If-Match: do it only if it still is the version I have seen. Compared where the decision is made, on the state it is made on.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.js';
import { documentedBy } from '../docs/documented-by.js';
import { ProblemException } from './problem.js';

/** RFC 9110, section 8.8.3. */
const entityTag = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const etag = /^"(0|[1-9]\d{0,8})"$/;

/** The version as an ETag: strong, because a version of a stream never changes. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version the caller has seen; undefined without the header, and for `*`, which any version fits.
 * @throws ProblemException 400 it is no ETag; 412 it is one that never fits: If-Match compares strongly (RFC 9110, section 13.1.1), so a weak one, which
 * proxies that compress make of ours, fits no version, and neither does one that is not ours.
 */
export function ifMatchOf({ headers }: Pick<FastifyRequest, 'headers'>): number | undefined {
  const given = headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const version = etag.exec(given)?.[1];
  if (version !== undefined) return Number(version);
  if (entityTag.test(given)) {
    throw new ProblemException({
      status: 412,
      code: 'version-mismatch',
      detail:
        'The ETag of If-Match fits no version: it is weak (W/"3"), or not of this service. Send the ETag as an answer carried it, without W/; a proxy that compresses may have put that there.',
    });
  }
  throw new ProblemException({
    status: 400,
    code: 'if-match-invalid',
    detail: 'If-Match must be one ETag as an answer of this service carried it, like "3", or *.',
  });
}

/** `cancel(@IfMatch() expectedVersion: number | undefined, …)`; the route's handler refuses another version than that. */
export const IfMatch = createParamDecorator(
  (_data: undefined, execution: ExecutionContext): number | undefined =>
    ifMatchOf(execution.switchToHttp().getRequest<FastifyRequest>()),
  [
    documentedBy(
      ApiHeader({
        name: 'If-Match',
        required: false,
        description: 'The ETag of an earlier answer: nothing happens (412) when there is another version by now.',
        schema: { type: 'string', pattern: '^(\\*|"(0|[1-9]\\d{0,8})")$', example: '"1"' },
      }),
      ApiProblems({ 412: 'It is not the version of If-Match any more; ETag names the current one.' }),
    ),
  ],
);
