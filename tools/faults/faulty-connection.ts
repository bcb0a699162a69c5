// One connection through the fault proxy: passes bytes on as the mode says, and knows what of the other side it must not show.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.js';

export type Side = 'client' | 'server';

export interface ConnectionOptions {
  readonly client: Socket;
  readonly host: string;
  readonly port: number;
  /** Asked anew for every chunk. */
  readonly fault: () => Fault;
  /** Whether faults are for this connection, by what the client says first; default: they are. */
  readonly concerns?: ((first: Buffer) => boolean) | undefined;
  readonly onBytes: (from: Side, bytes: number) => void;
  readonly onClosed: (connection: FaultyConnection, cut: boolean) => void;
}

/** Pieces of a throttled stream in one second. */
const PIECES_A_SECOND = 20;

export class FaultyConnection {
  private readonly server: Socket | undefined;
  /** Undefined until the client has said something. */
  private isConcerned: boolean | undefined;
  private isDark = false;
  private isCut = false;
  private readonly passed = { client: 0, server: 0 };

  constructor(private readonly options: ConnectionOptions) {
    const { client, host, port } = options;
    if (!options.concerns) this.isConcerned = true;
    client.setNoDelay(true);
    client.on('error', () => undefined); // 'close' follows
    client.once('close', () => {
      this.server?.destroy();
      options.onClosed(this, this.isCut);
    });
    if (this.fault.kind === 'blackhole') {
      this.isDark = true;
      client.resume();
      return;
    }
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.server = server;
    server.on('error', () => this.isDark || client.resetAndDestroy());
    server.once('close', () => this.isDark || client.end());
    this.passOn('client', client, server);
    this.passOn('server', server, client);
  }

  /** For good, as after a router forgot about it: nothing goes through any more, and the client does not learn of its end. */
  goDark(): void {
    if (this.isConcerned) this.isDark = true;
  }

  /** Both sides see a reset. */
  cut(): void {
    this.isCut = true;
    this.server?.resetAndDestroy();
    this.options.client.resetAndDestroy();
  }

  /** What was passed on so far does not count for `dropAfter`. */
  startCounting(): void {
    this.passed.client = 0;
    this.passed.server = 0;
  }

  private get fault(): Fault {
    return this.isConcerned ? this.options.fault() : { kind: 'pass' };
  }

  private passOn(side: Side, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      from.pause(); // one chunk after the other
      this.options.onBytes(side, chunk.length);
      void this.forward(side, chunk, to).finally(() => from.resume());
    });
    from.once('end', () => {
      if (!this.isDark) to.end();
      else if (side === 'server') from.destroy();
    });
  }

  private async forward(side: Side, chunk: Buffer, to: Socket): Promise<void> {
    if (side === 'client' && this.isConcerned === undefined) {
      this.isConcerned = this.options.concerns!(chunk);
      if (this.fault.kind === 'blackhole') this.goDark();
    }
    const { fault } = this;
    if (this.isDark) return;
    if (fault.kind === 'latency') await sleep(fault.ms);
    if (fault.kind === 'slicer') return this.inPieces(chunk, 1, nextTurn, to);
    if (fault.kind === 'throttle') {
      const size = Math.max(1, Math.floor(fault.bytesPerSecond / PIECES_A_SECOND));
      return this.inPieces(chunk, size, (bytes) => sleep((bytes / fault.bytesPerSecond) * 1_000), to);
    }
    if (fault.kind === 'dropAfter' && fault.from === side) {
      const left = fault.bytes - this.passed[side];
      this.passed[side] += chunk.length;
      if (chunk.length > left) {
        await this.write(chunk.subarray(0, left), to);
        return this.cut();
      }
    }
    return this.write(chunk, to);
  }

  private async inPieces(
    chunk: Buffer,
    size: number,
    pause: (bytes: number) => Promise<unknown>,
    to: Socket,
  ): Promise<void> {
    for (let at = 0; at < chunk.length && !to.destroyed; at += size) {
      const piece = chunk.subarray(at, at + size);
      await pause(piece.length);
      await this.write(piece, to);
    }
  }

  private async write(chunk: Buffer, to: Socket): Promise<void> {
    if (this.isDark || chunk.length === 0 || !to.writable || to.write(chunk)) return;
    await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  }
}
