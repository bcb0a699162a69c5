// What a service answers when it does not do what was asked: problem details (RFC 9457), the same shape in every service.

export interface Problem<Status extends number = number> {
  /** `urn:problem:` and the code. */
  readonly type: string;
  /** Stable: match on it. Codes that begin with ES- are in docs/reference/errors.md. */
  readonly code: string;
  readonly title: string;
  readonly status: Status;
  /** For people. */
  readonly detail: string;
  /** Quote it when you report the problem: the service's logs have it too. */
  readonly correlationId: string;
  /** With validation-failed and ES-2004: every field that is not right. */
  readonly errors?: readonly FieldProblem[];
}

export interface FieldProblem {
  /** `lines.0.quantity` */
  readonly field: string;
  /** Stable, for programs. */
  readonly rule: string;
  readonly message: string;
}

/** Thrown by `dataOf`: the service has understood the request and said no. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail} (correlation id ${problem.correlationId})`);
  }
}

/** Neither what the document promises nor a problem: most likely something between us and the service has answered. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(
    /** `POST /orders` */
    readonly request: string,
    readonly status: number,
    /** As it came. */
    readonly text: string,
  ) {
    super(`${request} was answered with ${status} and no problem details: ${text.slice(0, 500)}`);
  }
}
