// The 408 of a request that was too slow, whoever noticed: Node while it reads, or the request's own deadline.
import type { ProblemInit } from './problem.js';

export function notArrived(): ProblemInit {
  return {
    status: 408,
    code: 'request-timeout',
    detail: 'The request took too long to arrive. Nothing of it was done: send it again.',
  };
}
