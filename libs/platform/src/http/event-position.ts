// Event-Position: the place of a change in the log of its service. A change answers it; a read that gets it shows that change, or says that it cannot.
import type { FastifyRequest } from 'fastify';
import type { AppendResult } from '@app/event-store/core';
import { REPLAYED_HEADER } from './idempotency.js';
import { etagOf } from './if-match.js';
import { ProblemException } from './problem.js';
import type { Reply } from './reply.js';

export const EVENT_POSITION_HEADER = 'event-position';

type Changed = Pick<AppendResult, 'version' | 'position' | 'repeated'>;

/** Within a bigint of PostgreSQL. */
const position = /^[1-9]\d{0,17}$/;

const positionSchema = { type: 'string', pattern: '^[1-9]\\d{0,17}$', example: '42' } as const;

/** Header objects for `ApiOkResponse({ headers })` of a route that changes something. */
export const eventPositionHeader = {
  'Event-Position': {
    description: 'Place of the change in the log of this service; send it with a read that has to show the change.',
    schema: positionSchema,
  },
};

/**
 * Says what a command has led to: the version as ETag, its place as Event-Position, and whether this is the answer to an earlier request with
 * the same Idempotency-Key. A command that found everything done already has no place of its own, and then the answer has none.
 */
export function answerChange(reply: Reply, { version, position: at, repeated }: Changed): void {
  reply.header('etag', etagOf(version));
  if (repeated) reply.header(REPLAYED_HEADER, 'true');
  if (at > 0n) reply.header(EVENT_POSITION_HEADER, String(at));
}

/** @throws ProblemException 400 */
export function eventPositionOf({ headers }: Pick<FastifyRequest, 'headers'>): bigint | undefined {
  const given = headers[EVENT_POSITION_HEADER];
  if (given === undefined) return undefined;
  if (typeof given === 'string' && position.test(given)) return BigInt(given);
  throw new ProblemException({
    status: 400,
    code: 'event-position-invalid',
    detail: 'Event-Position must be the one that an answer of this service carried: a whole number from 1.',
  });
}
