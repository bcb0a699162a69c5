// The types between a generated API and the one client there is: what a request has to bring, and which answers there are.
import type { Problem } from './problem.js';

/** One route of a service, as it is generated from its OpenAPI document. */
export interface Operation {
  readonly path?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: unknown;
  /** Data by status. */
  readonly answers: object;
  /** Statuses that come with a problem. */
  readonly problems: number;
  /** Names of headers that an answer may have. */
  readonly answerHeaders: string;
}

/** GET, POST … and below them the paths. */
export type Api = Readonly<Partial<Record<Method, object>>>;
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** `client.POST('/orders', { body })`: a function for each method of the API. */
export type Client<A extends Api> = {
  readonly [M in keyof A & Method]: <P extends keyof A[M] & string>(
    path: P,
    ...request: RequestArguments<Extract<A[M][P], Operation>>
  ) => Promise<Answer<Extract<A[M][P], Operation>>>;
};

export type RequestOf<O extends Operation> = Pick<O, keyof O & ('path' | 'query' | 'headers' | 'body')> & {
  /** Gives the request up; the client's time-out does so anyway. */
  readonly signal?: AbortSignal;
};

type RequestArguments<O extends Operation> =
  object extends RequestOf<O> ? [request?: RequestOf<O>] : [request: RequestOf<O>];

/** Either `data` or `error`; `status` says which one, as the document has them. */
export type Answer<O extends Operation> = Success<O> | Refusal<O>;

type Success<O extends Operation> = {
  [S in keyof O['answers'] & number]: {
    readonly status: S;
    readonly data: O['answers'][S];
    readonly error?: undefined;
    readonly headers: AnswerHeaders<O>;
  };
}[keyof O['answers'] & number];

/** A 500 is possible everywhere, and documented nowhere. */
type Refusal<O extends Operation> = {
  [S in O['problems'] | 500]: {
    readonly status: S;
    readonly data?: undefined;
    readonly error: Problem<S>;
    readonly headers: AnswerHeaders<O>;
  };
}[O['problems'] | 500];

/** Those the document names, in any spelling that fetch takes for the same in it: as documented, or in small letters. */
export interface AnswerHeaders<O extends Operation> {
  get(name: O['answerHeaders'] | Lowercase<O['answerHeaders']>): string | null;
}

/** What is known of any answer. */
export interface AnyAnswer<Data = unknown> {
  readonly status: number;
  readonly data?: Data;
  readonly error?: Problem;
}
