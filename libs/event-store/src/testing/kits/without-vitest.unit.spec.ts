import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('without-vitest.fixture.ts', import.meta.url));

/** Exit code and report of one test of the fixture under node:test. */
function run(test: string): Promise<{ code: number; report: string }> {
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', fixture];
  return new Promise((resolve) => {
    const env = { ...process.env, KIT_TEST: test, NODE_OPTIONS: '' };
    execFile(process.execPath, args, { env }, (error, stdout) =>
      resolve({ code: error ? Number(error.code) : 0, report: stdout }),
    );
  });
}

describe('the kits under another test runner', () => {
  it.each([
    ['passes', 0, 'pass 1'],
    ['fails', 1, 'event 1, times: expected 3, came 2'],
    ['returned', 1, 'expects nothing: it could never fail'],
    ['left lying', 1, 'expects nothing: it could never fail'],
  ])('a test that %s', { timeout: 60_000 }, async (test, code, sentence) => {
    const done = await run(test);
    expect(done.report).toContain(sentence);
    expect(done.code).toBe(code);
  });
});
