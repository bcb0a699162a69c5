// One kafkajs instance whose connections can be cut for good. kafkajs goes on retrying what its caller has given up, on connections
// it opens anew, and leaves half of them open when the other side is frozen: behind an ended client nothing moves any more.
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, logLevel, type SASLOptions } from 'kafkajs'; // the codecs are no named export of a CommonJS module
import { kafkaLogCreator } from './kafka-logger.js';
import type { KafkaSecurity, KafkaSettings } from './kafka-options.js';

/** Of one request inside kafkajs. What takes longer is told to the caller, who waits and tries again. */
export const RETRY = { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2 };

/** What a batch may come to when it is unpacked. kafkajs' own codec knows no limit, and a few bytes can be made into gigabytes. */
const UNPACKED_BYTES = 64 * 1024 * 1024;

kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(gzip)(buffer),
  decompress: (buffer: Buffer) => promisify(gunzip)(buffer, { maxOutputLength: UNPACKED_BYTES }),
});

export class KafkaClient {
  readonly kafka: Kafka;
  private readonly sockets = new Set<Socket>();
  private ended = false;

  constructor({ brokers, clientId, log, times, security }: KafkaSettings) {
    this.kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      connectionTimeout: times.connectMs,
      requestTimeout: times.requestMs,
      enforceRequestTimeout: true,
      retry: RETRY,
      logLevel: logLevel.INFO,
      logCreator: kafkaLogCreator(log),
      sasl: security.sasl as SASLOptions | undefined, // a union there, of one form for each mechanism
      socketFactory: ({ host, port, onConnect }) => this.open({ host, port }, security, onConnect),
    });
  }

  /** Fails what is under way. Safe to repeat. */
  end(): void {
    this.ended = true;
    for (const socket of this.sockets) socket.destroy(new Error('the client was given up'));
  }

  private open(address: { host: string; port: number }, { tls }: KafkaSecurity, onConnect: () => void): Socket {
    if (this.ended) throw new Error('the client was given up');
    const options = { ...address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 };
    const servername = isIP(address.host) ? '' : address.host; // RFC 6066 allows no address there
    const socket = tls
      ? connectEncrypted({ ...options, ca: tls.ca, servername }, onConnect)
      : connect(options, onConnect);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined); // kafkajs listens too, but not at every moment
    socket.setMaxListeners(50); // and asks one that is not connected yet to disconnect again and again, a listener each time
    return socket;
  }
}
