// Requests as strangers send them, and what a refusal must look like.
import { expect } from 'vitest';

export interface Stranger {
  readonly method: string;
  readonly url: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, as JSON unless a header says otherwise. */
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export async function ask({ method, url, token, headers = {}, body }: Stranger): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A refusal: problem+json (RFC 9457) with one of the statuses, and nothing of the inside. Returns the problem. */
export function expectProblem(answer: Answer, ...statuses: readonly number[]): Record<string, unknown> {
  expect(statuses, answer.text.slice(0, 500)).toContain(answer.status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer.text) as Record<string, unknown>;
  expect(problem).toMatchObject({
    type: expect.any(String) as string,
    code: expect.stringMatching(/^([a-z]+(-[a-z0-9]+)*|ES-\d{4})$/) as string,
    title: expect.any(String) as string,
    status: answer.status,
    detail: expect.any(String) as string,
    correlationId: answer.headers.get('x-correlation-id'),
  });
  expect(answer.text).not.toMatch(/node_modules|\.(js|ts):\d+|SELECT |INSERT /);
  return problem;
}
