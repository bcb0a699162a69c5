import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'tools/example.ts', ...args]);

describe('npm run example', () => {
  it('account prints the history, refuses an overdraft, and rebuilds the balance from the events', async () => {
    const { stdout } = await run('account');
    expect(stdout.trimEnd().split('\n')).toEqual([
      'refused: Cannot withdraw 500: the balance is 75.',
      '',
      '1 account.opened {"owner":"Alice"}',
      '2 money.deposited {"amount":100}',
      '3 money.withdrawn {"amount":50}',
      '4 money.deposited {"amount":25}',
      '',
      'balance at version 3: 50',
      'balance 75',
    ]);
  });

  it.each([[[]], [['no-such']], [['../tools']]])('with %j says which examples exist, and fails', async (args) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('npm run example account'),
    });
  });
});
