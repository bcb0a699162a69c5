import { expect, it } from 'vitest';
import { SharedAnswer } from './shared-answer.js';

it('is the same for all who ask while it is on its way, however long that takes, and for a while behind', async () => {
  let [asked, now] = [0, 0];
  let say!: (answer: string) => void;
  const shared = new SharedAnswer(
    () => {
      asked += 1;
      return new Promise<string>((resolve) => (say = resolve));
    },
    500,
    () => now,
  );
  const first = [shared.get(), shared.get()];
  now = 2_000;
  first.push(shared.get());
  say('up');
  expect(await Promise.all(first)).toEqual(['up', 'up', 'up']);
  now = 2_499;
  expect([await shared.get(), asked]).toEqual(['up', 1]);
  now = 2_500;
  const next = shared.get();
  say('down');
  expect([await next, asked]).toEqual(['down', 2]);
});

it('is shared and forgotten in the same way when it is a failure', async () => {
  let [asked, now] = [0, 0];
  const shared = new SharedAnswer(
    () => Promise.reject(new Error(String((asked += 1)))),
    500,
    () => now,
  );
  for (let time = 0; time < 2; time += 1) await expect(shared.get()).rejects.toThrow('1');
  now = 500;
  await expect(shared.get()).rejects.toThrow('2');
});
