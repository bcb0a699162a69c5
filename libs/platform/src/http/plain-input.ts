// What no request may contain, whatever the route: text PostgreSQL cannot hold, names that reach into prototypes, depth and lists without end.
import type { FastifyRequest } from 'fastify';
import { ProblemException } from './problem.js';

const MAX_DEPTH = 20;
/** class-validator checks a list by every rule it has, also when it is too long by another, and one (@ArrayUnique) compares each item with each. */
const MAX_ITEMS = 1_000;
const lonely = /\p{Surrogate}/u;

/** @throws ProblemException 400. One pass without recursion, so that hostile nesting costs no stack. */
export function assertPlainInput({ body, params, query }: Pick<FastifyRequest, 'body' | 'params' | 'query'>): void {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    refuse('body-not-object', 'The body must be a JSON object.');
  }
  const waiting: [value: unknown, depth: number][] = [
    [body, 1],
    [params, 1],
    [query, 1],
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, depth] = next;
    if (typeof value === 'string') assertText(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) refuse('too-deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    if (Array.isArray(value) && value.length > MAX_ITEMS) {
      refuse('list-too-long', `A list has more than ${MAX_ITEMS} items.`);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) assertName(key);
      // class-validator looks through lists of lists: @ValidateNested({ each: true }) would let [[line]] pass for [line].
      else if (Array.isArray(inner)) refuse('list-of-lists', 'A list must not hold lists.');
      if (typeof inner === 'string' || typeof inner === 'object') waiting.push([inner, depth + 1]);
    }
  }
}

function assertText(text: string): void {
  if (text.includes('\u0000') || lonely.test(text)) {
    refuse('text-not-storable', 'Text must not contain U+0000 or half of a surrogate pair.');
  }
}

function assertName(name: string): void {
  assertText(name);
  // `in`, not `hasOwn`: names like hasOwnProperty would shadow what validators call.
  if (name in Object.prototype) refuse('forbidden-name', 'A field has a name that is not allowed.');
}

function refuse(code: string, detail: string): never {
  throw new ProblemException({ status: 400, code, detail });
}
