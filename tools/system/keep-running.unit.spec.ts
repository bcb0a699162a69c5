import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { keepRunning } from './keep-running.js';

/** A service whose lives end when the test says so. */
function aService(pauseMs = 0) {
  const ends: ((code: number | string) => void)[] = [];
  const said: string[] = [];
  let time = 0;
  const live = () => ({ ended: new Promise<number | string>((resolve) => ends.push(resolve)) });
  const keeper = keepRunning({
    name: 'payment-service',
    running: live(),
    restart: () => Promise.resolve(live()),
    say: (line) => said.push(line),
    pauseMs,
    now: () => time,
  });
  return {
    keeper,
    said,
    lives: () => ends.length,
    dies(afterMs: number) {
      time += afterMs;
      ends.at(-1)!('SIGKILL');
    },
  };
}

describe('a service under npm start', () => {
  it('is started again when it dies, and people are told', async () => {
    const service = aService();
    service.dies(1_000);
    await eventually(() => expect(service.lives()).toBe(2));
    await eventually(() => expect(service.said.at(-1)).toBe('payment-service is running again.'));
    expect(service.said[0]).toContain('payment-service ended (SIGKILL). The others go on');
    await service.keeper.close();
  });

  it('ends the whole when it dies again and again shortly after its start', async () => {
    const service = aService();
    let end: string | undefined;
    void service.keeper.gaveUp.then((sentence) => (end = sentence));
    for (let life = 1; life <= 6; life += 1) {
      await eventually(() => expect(service.lives()).toBe(life));
      service.dies(1_000);
    }
    await eventually(() => expect(end).toContain('ended 6 times in a row (SIGKILL)'));
  });

  it('may die any number of times when it lives long enough in between', async () => {
    const service = aService();
    for (let life = 1; life <= 12; life += 1) {
      await eventually(() => expect(service.lives()).toBe(life));
      service.dies(3_600_000);
    }
    await eventually(() => expect(service.lives()).toBe(13));
    await service.keeper.close();
  });

  it('is started no more once everything stops', async () => {
    const service = aService(3_600_000);
    service.dies(1_000);
    await eventually(() => expect(service.said).toHaveLength(1));
    await service.keeper.close();
    expect(service.lives()).toBe(1);
  });
});
