// Whether a Kafka serves at an address: it answers the one request that every version knows. An open port alone may be a proxy's.
import { connect } from 'node:net';

/** ApiVersions, version 0, correlation id 7, no client id; the length comes first. */
const REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);
const ANSWER_WITHIN_MS = 2_000;

export function servesKafka(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const end = (serves: boolean): void => {
      socket.destroy();
      resolve(serves);
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => socket.write(REQUEST));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 8) end(answer.readInt32BE(4) === 7); // length, then our correlation id
    });
  });
}
