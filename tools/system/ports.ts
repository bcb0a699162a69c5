// Ports for people: the usual one when it is free, else any free one, so that two clones run side by side.
import { createServer } from 'node:net';

/** Which of `preferred` or a free port the service can have on 127.0.0.1. */
export async function choosePort(preferred: number): Promise<number> {
  return (await tryListen(preferred)) ?? (await tryListen(0))!;
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
