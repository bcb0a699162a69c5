// The other end of generator.ts: places orders as fast as they are answered.
import type { Burst } from './generator.js';
import { placeOrder } from './place-order.js';

process.on('message', (burst: Burst) => {
  run(burst).then(
    (answer) => process.send!(answer),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
process.send!('ready');

async function run({ url, token, inFlight, ms }: Burst): Promise<{ orders: number; ms: number }> {
  const begin = performance.now();
  let orders = 0;
  const customer = async (): Promise<void> => {
    while (performance.now() - begin < ms) {
      await placeOrder(url, token);
      orders += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, customer));
  return { orders, ms: performance.now() - begin };
}
