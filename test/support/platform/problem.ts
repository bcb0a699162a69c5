// What every error answer has in common, asserted in one place.
import { expect } from 'vitest';
import type { Answer } from './tiny-app.js';

/** The status of an answer that is a problem in every detail. */
export function problem(answer: Answer): number {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.json.code).toMatch(/^([a-z]+(-[a-z0-9]+)*|ES-\d{4})$/);
  expect(answer.json).toMatchObject({
    type: `urn:problem:${String(answer.json.code)}`,
    title: expect.any(String) as string,
    status: answer.status,
    detail: expect.any(String) as string,
    correlationId: answer.headers['x-correlation-id'],
  });
  expect(answer.text).not.toContain('node_modules');
  return answer.status;
}
