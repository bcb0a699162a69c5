// Saves may come faster than restarts.
import { expect, it } from 'vitest';
import { Restarter } from './restarter.js';

function scripted(startsFail: readonly boolean[] = []) {
  const calls: string[] = [];
  const reports: string[] = [];
  const gates: (() => void)[] = [];
  const service = {
    stop: () => Promise.resolve(calls.push('stop')),
    async start() {
      const fails = startsFail[calls.filter((call) => call === 'start').length] === true;
      calls.push('start');
      await new Promise<void>((resolve) => gates.push(resolve));
      if (fails) throw new Error('no');
    },
  };
  const restarter = new Restarter(service, ({ error }) => reports.push(error?.message ?? 'ok'));
  const letStart = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    gates.shift()!();
  };
  return { restarter, calls, reports, letStart };
}

it('builds that come during a restart make one more restart, not one each', async () => {
  const { restarter, calls, letStart } = scripted();
  const done = [restarter.restart(), restarter.restart(), restarter.restart()];
  await letStart();
  await letStart();
  await Promise.all(done);
  expect(calls).toEqual(['stop', 'start', 'stop', 'start']);
});

it('a build that does not come up is reported, and the next one is tried', async () => {
  const { restarter, reports, letStart } = scripted([true]);
  const first = restarter.restart();
  await letStart();
  await first;
  const second = restarter.restart();
  await letStart();
  await second;
  expect(reports).toEqual(['no', 'ok']);
});

it('after it is closed nothing is started any more', async () => {
  const { restarter, calls } = scripted();
  await restarter.close();
  await restarter.restart();
  expect(calls).toEqual([]);
});
