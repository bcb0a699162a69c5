// A frozen process does nothing more, not even with a thread that was busy on another core.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freezeProcess, threadStates } from './freeze.js';

const BUSY = `
  const { Worker } = require('node:worker_threads');
  for (let i = 0; i < 4; i += 1) new Worker('for (;;) {}', { eval: true }).once('online', () => process.stdout.write('x'));
  setInterval(() => undefined, 1);`;

describe.skipIf(process.platform !== 'linux')('freezing a process', () => {
  let child: ChildProcess;
  beforeEach(async () => {
    child = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
    for (let workers = 0; workers < 4;) workers += ((await once(child.stdout!, 'data'))[0] as Buffer).length;
  });
  afterEach(() => void child.kill('SIGKILL'));

  it('returns when each of its threads has stopped, every time', async () => {
    for (let times = 0; times < 30; times += 1) {
      await freezeProcess(child.pid!);
      expect(new Set(threadStates(child.pid!))).toEqual(new Set(['T']));
      process.kill(child.pid!, 'SIGCONT');
      await sleep(5);
    }
  });

  it('says so when there is no such process', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(freezeProcess(child.pid!)).rejects.toThrow('ESRCH');
  });
});
