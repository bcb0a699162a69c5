// A server that throws a session out in the very packet that lets it in, as pg_terminate_backend may on a busy machine.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataSourceConnection, poolConfig, type ConnectionOptions } from './connection-options.js';

const READY = Buffer.from('5200000008000000005a0000000549', 'hex'); // AuthenticationOk, ReadyForQuery
const FAREWELL = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

let server: Server;
let options: ConnectionOptions;
beforeAll(async () => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + FAREWELL.length);
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([READY, Buffer.from('E'), length, FAREWELL])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  options = { url: `postgres://someone@127.0.0.1:${port}/some`, applicationName: 'test' };
});
afterAll(() => server.close());

// An event that nobody heard would end this process, and so fail the run.
it('a connection that is cut in the moment it is handed out ends no process: its first statement fails', async () => {
  const pool = new pg.Pool(poolConfig(options));
  pool.on('error', () => undefined);
  const client = await pool.connect();
  await expect(client.query('SELECT 1')).rejects.toThrow(/connection error|terminat/i);
  client.release(true);
  await pool.end();
});

it('the same for a query runner of TypeORM', async () => {
  const source = new DataSource({ ...dataSourceConnection(options), poolErrorHandler: () => undefined });
  await expect(source.initialize()).rejects.toThrow(/connection error|terminat/i);
});
