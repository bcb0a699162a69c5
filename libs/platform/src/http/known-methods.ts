// A path that is there with another method: 405, and Allow says which it takes. What the router does not know at all stays a 404.
import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

/** Behind the hooks that count requests; before there are routes. Routes with a wildcard are left out: they match what they do not serve. */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  const known = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const methods = known.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0]!;
    const allowed = new Set<string>();
    for (const [pattern, methods] of known) {
      if (fits(path, pattern)) for (const method of methods) allowed.add(method);
    }
    // An id the router would not take, or a method that it takes: it has its reasons.
    if (allowed.size === 0 || allowed.has(request.method)) return done();
    done(
      new ProblemException({
        status: 405,
        code: 'method-not-allowed',
        detail: 'This method is not supported here; Allow says which are.',
        headers: { allow: [...allowed].sort().join(', ') },
      }),
    );
  });
}

/** By the names that are written the same, and ids that are not empty. */
function fits(path: string, pattern: string): boolean {
  const [given, expected] = [path.split('/'), pattern.split('/')];
  if (given.length !== expected.length) return false;
  return expected.every((name, index) => (name.startsWith(':') ? given[index] !== '' : given[index] === name));
}
