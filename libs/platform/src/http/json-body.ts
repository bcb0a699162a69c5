// Bodies are JSON in UTF-8 and nothing else: bytes that are no UTF-8 are refused instead of being stored as question marks.
import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i;

export function acceptJsonOnly(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const named = charset.exec(request.headers['content-type'] ?? '')?.[1];
    if (named !== undefined && !/^utf-?8$/i.test(named)) {
      const detail = 'Send JSON in UTF-8: no other charset is read.';
      done(new ProblemException({ status: 415, code: 'unsupported-media-type', detail }));
      return;
    }
    const text = textOf(body);
    if (text === undefined) {
      done(new ProblemException({ status: 400, code: 'body-not-utf-8', detail: 'The body is not valid UTF-8.' }));
      return;
    }
    void parseJson(request, text, done);
  });
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
