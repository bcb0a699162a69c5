// Ports that stay ours while nothing listens on them: below the range that the operating system gives to outgoing connections.
// A client that keeps calling a dead broker could otherwise be given the broker's own port, and talk to itself on it.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FROM = 20_000;
const TO = 32_000;

/** A free one, none of `promised`; whoever asks again may get the same until somebody listens. */
export async function sparePort(promised: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(FROM, TO);
    if (!promised.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`Found no free port from ${FROM} to ${TO} on 127.0.0.1.`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
