// The memory process store against the contract that every process store keeps.
import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { describeProcessStore } from '../testing/contracts/process-store.contract.js';
import { createMemoryStore } from './create-memory-store.js';

describeProcessStore('memory', async () => {
  const clock = new ManualClock();
  const { processes, unitOfWork, logs } = createMemoryStore({ clock });
  return {
    processes,
    unitOfWork,
    inbound: logs.inbound,
    pass: (ms) => clock.advance(ms),
    close: () => Promise.resolve(),
  };
});

it('a unit in memory runs again when another has changed the process it locked, also between its lock and its save', async () => {
  const { processes, unitOfWork } = createMemoryStore();
  const count = (meanwhile: () => Promise<unknown>) =>
    unitOfWork.run(async () => {
      const row = (await processes.lock('tally', ['1'], new Set(['1']))).get('1')!;
      await meanwhile();
      const { n = 0 } = row.state as { n?: number };
      await processes.save({ ...row, status: 'running', stateVersion: 1, state: { n: n + 1 } });
    });
  let begun: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (begun = resolve));
  let release: () => void = () => undefined;
  const second = new Promise<void>((resolve) => (release = resolve));
  const slow = count(() => (begun(), second));
  await first;
  await count(() => Promise.resolve());
  release();
  await slow;
  const rows = await unitOfWork.run(() => processes.lock('tally', ['1'], new Set()));
  expect(rows.get('1')).toMatchObject({ state: { n: 2 } });
});
