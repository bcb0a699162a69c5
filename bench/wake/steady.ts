// A steady stream of work, whatever the answers take: so many begin each second.
import { setTimeout as sleep } from 'node:timers/promises';

export async function steadily(perSecond: number, ms: number, begin: (n: number) => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const all: Promise<unknown>[] = [];
  for (let n = 0; ; await sleep(1)) {
    const passed = performance.now() - started;
    if (passed >= ms) break;
    for (; n < (passed / 1_000) * perSecond; n += 1) all.push(begin(n));
  }
  await Promise.all(all);
}
