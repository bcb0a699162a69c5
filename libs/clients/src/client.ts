// The client of every service: fetch with a token, a time-out, and answers that are data or a problem. It repeats nothing by itself.
import { METHODS, type AnyAnswer, type Api, type Client } from './api.js';
import { ProblemError, UnexpectedAnswerError, type Problem } from './problem.js';

export interface ClientOptions {
  /** `http://127.0.0.1:3000`; a function is asked before every request, as for a service that moves. */
  readonly baseUrl: string | (() => string);
  /** A function is asked before every request, as for tokens that expire. Without one, requests are anonymous. */
  readonly token?: string | (() => string | Promise<string>);
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Default: the one of the platform. */
  readonly fetch?: typeof globalThis.fetch;
}

interface AnyRequest {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

type Scalar = string | number | boolean;

const TIMEOUT_MS = 30_000;
/** RFC 9110, sections 15.3.5 and 15.3.6. */
const HAS_NO_BODY: readonly number[] = [204, 205];

/**
 * Its functions reject with what fetch throws (nobody answers: TypeError; too late: TimeoutError), and with UnexpectedAnswerError; a part of the
 * path that is empty or only dots is a TypeError too, before anything is sent. After any of the others
 * a change may have happened or not: with the same Idempotency-Key it is safe to ask again.
 */
export function createClient<A extends Api>(options: ClientOptions): Client<A> {
  const entries = METHODS.map((method) => [
    method,
    (path: string, request: AnyRequest = {}) => ask(options, method, path, request),
  ]);
  return Object.fromEntries(entries) as Client<A>;
}

/** @throws ProblemError where the service has refused. */
export function dataOf<Data>(answer: AnyAnswer<Data>): Exclude<Data, undefined> {
  if (answer.error) throw new ProblemError(answer.error);
  return answer.data as Exclude<Data, undefined>;
}

async function ask(options: ClientOptions, method: string, path: string, request: AnyRequest): Promise<AnyAnswer> {
  const { baseUrl, token, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = options;
  const { body, signal } = request;
  const headers = new Headers(options.headers);
  const secret = typeof token === 'function' ? await token() : token;
  if (secret !== undefined) headers.set('authorization', `Bearer ${secret}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(request.headers ?? {})) if (value !== undefined) headers.set(name, value);
  const base = typeof baseUrl === 'function' ? baseUrl() : baseUrl;
  const response = await fetch(base.replace(/\/$/, '') + targetOf(path, request), {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
  });
  return { ...(await read(`${method} ${path}`, response)), headers: response.headers } as AnyAnswer;
}

async function read(request: string, response: Response): Promise<AnyAnswer> {
  const { status } = response;
  const text = await response.text();
  const media = response.headers.get('content-type')?.split(';')[0] ?? '';
  try {
    if (response.ok && HAS_NO_BODY.includes(status)) return { status, data: undefined };
    if (response.ok && media === 'application/json') return { status, data: JSON.parse(text) };
    if (!response.ok && media === 'application/problem+json') return { status, error: JSON.parse(text) as Problem };
  } catch {
    // cut off, or no JSON at all: somebody between us and the service has answered
  }
  throw new UnexpectedAnswerError(request, status, text);
}

/** @throws TypeError of one that would lead to another route: URLs resolve dots, and drop what is empty. */
function segmentOf(path: string, name: string, value: string | number | undefined): string {
  const text = String(value ?? '');
  if (['', '.', '..'].includes(text))
    throw new TypeError(`${name} of ${path}: expected a value, got ${JSON.stringify(value)}.`);
  return encodeURIComponent(text);
}

function targetOf(path: string, { path: parts = {}, query = {} }: AnyRequest): string {
  const filled = path.replaceAll(/\{(.+?)\}/g, (_, name: string) => segmentOf(path, name, parts[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) search.append(name, String(one));
  return search.size > 0 ? `${filled}?${search.toString()}` : filled;
}
