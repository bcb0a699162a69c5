// Each mode does to a connection what it says, before anything is concluded from it.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

const TEXT = 'the quick brown fox';

describe('the fault proxy', () => {
  let server: Server;
  /** The server's ends of its connections. */
  let accepted: Socket[];
  let heard: string;
  let proxy: FaultProxy;
  const clients: Client[] = [];

  beforeEach(async () => {
    accepted = [];
    heard = '';
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard += chunk.toString();
        socket.write(chunk.toString().toUpperCase());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startFaultProxy({ target: `tcp://127.0.0.1:${port()}/path` });
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await proxy.close();
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  const port = (): number => (server.address() as AddressInfo).port;

  interface Client {
    readonly socket: Socket;
    readonly chunks: string[];
    readonly text: () => string;
    /** 'end', or the code of an error. */
    readonly ended: string[];
    say(text: string): void;
  }

  async function open(): Promise<Client> {
    const socket = connect(proxy.port, '127.0.0.1');
    const chunks: string[] = [];
    const ended: string[] = [];
    socket.on('data', (chunk) => chunks.push(chunk.toString()));
    socket.on('end', () => ended.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => ended.push(error.code!));
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
    const client = {
      socket,
      chunks,
      ended,
      text: () => chunks.join(''),
      say: (text: string) => void socket.write(text),
    };
    clients.push(client);
    return client;
  }
  const answered = (client: Client, text = TEXT) => eventually(() => expect(client.text()).toBe(text.toUpperCase()));

  it('passes everything on, the end of either side too, and counts', async () => {
    expect(proxy.url).toBe(`tcp://127.0.0.1:${proxy.port}/path`);
    const [one, other] = [await open(), await open()];
    one.say(TEXT);
    await answered(one);
    accepted[0]!.end();
    await eventually(() => expect(one.ended).toEqual(['end']));
    other.socket.end();
    await eventually(() => expect(accepted[1]!.readableEnded).toBe(true));
    const bytes = { bytesFromClient: TEXT.length, bytesFromServer: TEXT.length };
    await eventually(() => expect(proxy.counts()).toEqual({ connections: 2, open: 0, cut: 0, ...bytes }));
  });

  it('is late by as much as it is told, in both directions', async () => {
    await proxy.mode('latency', { ms: 100 });
    const client = await open();
    const since = performance.now();
    client.say(TEXT);
    await answered(client);
    expect(performance.now() - since).toBeGreaterThan(190);
  });

  it('lets no more bytes a second through than it is told', async () => {
    const client = await open();
    await proxy.mode('throttle', { bytesPerSecond: 200 });
    const since = performance.now();
    client.say(TEXT);
    await answered(client);
    // A timer counts from when its turn of the event loop began, so on a busy one it ends a little early.
    expect(performance.now() - since).toBeGreaterThan(((2 * TEXT.length) / 200) * 1_000 * 0.5);
  });

  it('writes byte by byte', async () => {
    await proxy.mode('slicer');
    const client = await open();
    client.say(TEXT);
    await answered(client);
    expect(client.chunks.length).toBeGreaterThan(TEXT.length / 2); // two bytes may arrive at once
  });

  it('swallows everything as a blackhole, and hides from the client that the server has ended or reset; later connections pass', async () => {
    const [one, other] = [await open(), await open()];
    await eventually(() => expect(accepted).toHaveLength(2));
    await proxy.mode('blackhole');
    const late = await open();
    for (const client of [one, other, late]) client.say(TEXT);
    accepted[0]!.end();
    accepted[1]!.resetAndDestroy();
    await eventually(() => expect(proxy.counts().bytesFromClient).toBe(2 * TEXT.length));
    await eventually(() => expect(accepted.map(({ closed }) => closed)).toEqual([true, true]));
    await proxy.mode('pass');
    const fresh = await open();
    fresh.say(TEXT);
    await answered(fresh);
    expect(heard).toBe(TEXT);
    expect([one, other, late].map(({ ended, chunks }) => [ended, chunks])).toEqual(
      [one, other, late].map(() => [[], []]),
    );
  });

  it('leaves those alone that do not begin with what it is told', async () => {
    await proxy.close();
    proxy = await startFaultProxy({ target: proxy.url.replace(/:\d+/, `:${port()}`), only: 'quick' });
    const [one, other] = [await open(), await open()];
    for (const [client, text] of [
      [one, TEXT],
      [other, 'slow'],
    ] as const) {
      client.say(text);
      await answered(client, text);
    }
    await proxy.mode('blackhole');
    const [late, fine] = [await open(), await open()];
    for (const client of [one, late]) client.say(TEXT);
    other.say('ly');
    fine.say('slow');
    await answered(other, 'slowly');
    await answered(fine, 'slow');
    expect([one.text(), late.text()]).toEqual([TEXT.toUpperCase(), '']);
  });

  it('resets what is there and what comes', async () => {
    const client = await open();
    await proxy.mode('reset');
    await eventually(() => expect(client.ended).toEqual(['ECONNRESET']));
    const late = await open();
    await eventually(() => expect(late.ended).toEqual(['ECONNRESET']));
    expect(proxy.counts().cut).toBe(2);
  });

  it('refuses, and listens on the same port again', async () => {
    const client = await open();
    await proxy.mode('refuse');
    await eventually(() => expect(client.ended).toEqual(['ECONNRESET']));
    expect((await open()).ended).toEqual(['ECONNREFUSED']);
    await proxy.mode('pass');
    const late = await open();
    late.say(TEXT);
    await answered(late);
  });

  it('cuts a connection after as many bytes of one side as it is told, counted from then on: the request is there, its answer is not', async () => {
    const client = await open();
    client.say(TEXT);
    await answered(client);
    await proxy.mode('dropAfter', { bytes: 4, from: 'server' });
    client.say(TEXT);
    await eventually(() => expect(client.ended).toHaveLength(1)); // a reset, or an end behind the bytes that were passed on
    expect(heard).toBe(TEXT + TEXT);
    expect(`${TEXT}${TEXT.slice(0, 4)}`.toUpperCase().startsWith(client.text())).toBe(true); // a reset may overtake what was sent before it
    expect(client.text().length).toBeLessThan(2 * TEXT.length);
  });
});
