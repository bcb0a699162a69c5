// Group commit is invisible: one outcome for each append, the order of a stream, and nobody pays for a neighbour.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  OverloadedError,
  validateAppend,
  type AppendRequest,
  type AppendResult,
  type ValidAppend,
} from '../../core/index.js';
import { appendTo, commandOn, deposited, deposits } from '../../testing/contracts/event-store.support.js';
import { AppendLanes, type AppendLanesOptions } from './append-lanes.js';

/** Statements that end when the test says so. */
class Server {
  readonly sent: { readonly requests: readonly AppendRequest[]; end(error?: Error): void }[] = [];
  readonly patient: { readonly stream: string; end(error?: Error): void }[] = [];
  now = 0;
  private version = 0;

  readonly options: AppendLanesOptions = {
    send: (requests) =>
      new Promise((resolve, reject) => {
        this.sent.push({ requests, end: (error) => (error ? reject(error) : resolve(requests.map(this.stored))) });
      }),
    sendPatiently: (request) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(this.stored(request)));
        this.patient.push({ stream: request.stream, end });
      }),
    meaningOf: (error) => {
      const { message } = error as Error;
      if (message === 'locked') return 'wait';
      return message === 'away' ? 'everybody' : 'somebody';
    },
    now: () => this.now,
    lanes: 1,
  };

  readonly stored = ({ stream }: AppendRequest): AppendResult => {
    this.version += 1;
    return {
      stream,
      firstVersion: this.version,
      version: this.version,
      position: BigInt(this.version),
      repeated: false,
    };
  };

  streams(statement: number): string[] {
    return this.sent[statement]!.requests.map(({ stream }) => stream);
  }
}

const valid = (request: AppendRequest, bytes = 1): ValidAppend => ({ ...validateAppend(request), bytes });

/** Until answers are heard, and whoever waits for a turn of the event loop has had it. */
const aTurn = () => sleep(1);

describe('append lanes', () => {
  it('send at once when they are idle, and together what has waited', async () => {
    const server = new Server();
    const lanes = new AppendLanes(server.options);
    const outcomes = ['account-1', 'account-2', 'account-3'].map((stream) => lanes.append(valid(appendTo(stream))));
    expect(server.streams(0)).toEqual(['account-1']);
    server.sent[0]!.end();
    expect(await outcomes[0]).toMatchObject({ stream: 'account-1' });
    await aTurn();
    expect(server.streams(1)).toEqual(['account-2', 'account-3']);
    server.sent[1]!.end();
    expect((await Promise.all(outcomes)).map((outcome) => outcome?.stream)).toEqual([
      'account-1',
      'account-2',
      'account-3',
    ]);
  });

  it('take callers that append again at once into the next statement', async () => {
    const server = new Server();
    const lanes = new AppendLanes(server.options);
    void lanes.append(valid(appendTo('account-1'))).then(() => lanes.append(valid(appendTo('account-1'))));
    void lanes.append(valid(appendTo('account-2')));
    server.sent[0]!.end();
    await aTurn();
    expect(server.streams(1)).toEqual(['account-2', 'account-1']);
  });

  it('keep the order of a stream, one append of it under way at a time', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, lanes: 2 });
    for (let n = 0; n < 3; n += 1) void lanes.append(valid(appendTo('account-1', { events: deposits(n + 1) })));
    void lanes.append(valid(appendTo('account-2')));
    expect(server.sent.map((_, statement) => server.streams(statement))).toEqual([['account-1'], ['account-2']]);
    for (let n = 1; n < 3; n += 1) {
      server.sent[n === 1 ? 0 : n]!.end();
      await aTurn();
      expect(server.streams(n + 1)).toEqual(['account-1']);
      expect(server.sent[n + 1]!.requests[0]!.events).toHaveLength(n + 1);
    }
  });

  it('let no small append pass a large one that did not fit, so that the large one is not left behind for ever', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, batchEvents: 10 });
    void lanes.append(valid(appendTo('account-0')));
    for (const [stream, events] of [
      ['account-1', 6],
      ['account-2', 9],
      ['account-3', 1],
      ['account-4', 1],
    ] as const) {
      void lanes.append(valid(appendTo(stream, { events: deposits(events) })));
    }
    for (let statement = 0; statement < 3; statement += 1) {
      server.sent[statement]!.end();
      await aTurn();
    }
    expect([1, 2, 3].map((statement) => server.streams(statement))).toEqual([
      ['account-1'],
      ['account-2', 'account-3'],
      ['account-4'],
    ]);
  });

  it('run each append alone when the statement fails, so that only the one to blame fails', async () => {
    const server = new Server();
    const lanes = new AppendLanes(server.options);
    const outcomes = ['account-0', 'account-1', 'account-2', 'account-3'].map((stream) =>
      lanes.append(valid(appendTo(stream))),
    );
    const settled = Promise.allSettled(outcomes);
    server.sent[0]!.end();
    await aTurn();
    server.sent[1]!.end(new Error('duplicate key'));
    await aTurn();
    for (const [statement, error] of [[2], [3, new Error('duplicate key')], [4]] as [number, Error?][]) {
      expect(server.streams(statement)).toEqual([`account-${statement - 1}`]);
      server.sent[statement]!.end(error);
      await aTurn();
    }
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('let whoever waits for a lock do so outside the lane, a few at a time, and those behind it go on afterwards', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, waitingSize: 7 });
    const locked = ['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5'];
    const outcomes = locked.map((stream) => lanes.append(valid(appendTo(stream))));
    const settled = Promise.allSettled(outcomes);
    for (const statement of [0, 1, 2, 3, 4, 5, 6]) {
      server.sent[statement]!.end(new Error('locked')); // one alone, five together, then each of the five
      await aTurn();
    }
    expect(server.patient.map(({ stream }) => stream)).toEqual(locked.slice(0, 4));
    const innocent = lanes.append(valid(appendTo('b-0')));
    expect(server.streams(7)).toEqual(['b-0']);
    const behind = lanes.append(valid(appendTo('a-0')));
    await expect(lanes.append(valid(appendTo('b-1')))).rejects.toThrow(OverloadedError); // they count among those that wait
    server.sent[7]!.end();
    expect(await innocent).toMatchObject({ stream: 'b-0' });
    server.patient[0]!.end();
    await aTurn();
    expect(server.streams(8)).toEqual(['a-0']);
    server.sent[8]!.end();
    for (const index of [1, 2, 3, 4, 5]) {
      server.patient[index]!.end(index === 3 ? new Error('never') : undefined);
      await aTurn();
    }
    expect(await behind).toMatchObject({ stream: 'a-0' });
    expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, true, true]);
  });

  it('never put two appends into one statement that share their first id, or their command', async () => {
    const server = new Server();
    const lanes = new AppendLanes(server.options);
    const [event, command] = [deposited(), commandOn('account-3')];
    void lanes.append(valid(appendTo('account-0')));
    void lanes.append(valid(appendTo('account-1', { events: [event] })));
    void lanes.append(valid(appendTo('account-2', { events: [event] })));
    void lanes.append(valid(appendTo('account-3', { command })));
    void lanes.append(valid(appendTo('account-4', { command: { ...command, stream: 'account-4' } })));
    for (const statement of [0, 1]) {
      server.sent[statement]!.end();
      await aTurn();
    }
    expect([1, 2].map((statement) => server.streams(statement))).toEqual([
      ['account-1', 'account-3'],
      ['account-2', 'account-4'],
    ]);
  });

  it('refuse what has waited too long, without having sent it', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, waitingMs: 1_000 });
    void lanes.append(valid(appendTo('account-0')));
    const late = lanes.append(valid(appendTo('account-1')));
    server.now = 600;
    const inTime = lanes.append(valid(appendTo('account-2')));
    server.now = 1_500;
    server.sent[0]!.end();
    await expect(late).rejects.toThrow(OverloadedError);
    await aTurn();
    expect(server.streams(1)).toEqual(['account-2']);
    server.sent[1]!.end();
    expect(await inTime).toMatchObject({ stream: 'account-2' });
  });

  it('tell all of them when the database is away, and go on with the next', async () => {
    const server = new Server();
    const lanes = new AppendLanes(server.options);
    const outcomes = ['account-0', 'account-1'].map((stream) => lanes.append(valid(appendTo(stream))));
    server.sent[0]!.end(new Error('away'));
    await expect(outcomes[0]).rejects.toThrow('away');
    await aTurn();
    server.sent[1]!.end();
    expect(await outcomes[1]).toMatchObject({ stream: 'account-1' });
    expect(server.patient).toEqual([]);
  });

  it('send no more bytes together than may be, but an append of any size by itself', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, batchBytes: 10 });
    for (const [stream, bytes] of [
      ['account-0', 1],
      ['account-1', 6],
      ['account-2', 4],
      ['account-3', 1],
      ['account-4', 60],
    ] as const) {
      void lanes.append(valid(appendTo(stream), bytes));
    }
    for (let statement = 0; statement < 2; statement += 1) {
      server.sent[statement]!.end();
      await aTurn();
    }
    expect([1, 2].map((statement) => server.streams(statement))).toEqual([['account-1', 'account-2'], ['account-3']]);
    expect(server.patient.map(({ stream }) => stream)).toEqual(['account-4']);
  });

  it('refuse an append when as many bytes wait as may', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, waitingBytes: 10 });
    void lanes.append(valid(appendTo('account-0'), 60));
    void lanes.append(valid(appendTo('account-1'), 60));
    await expect(lanes.append(valid(appendTo('account-2')))).rejects.toThrow(OverloadedError);
    server.sent[0]!.end();
    await aTurn();
    void lanes.append(valid(appendTo('account-3'), 60));
    server.sent[1]!.end();
    await aTurn();
    expect(server.streams(2)).toEqual(['account-3']);
  });

  it('refuse an append when as many wait as may, and take the next one once there is room', async () => {
    const server = new Server();
    const lanes = new AppendLanes({ ...server.options, waitingSize: 2 });
    const taken = ['account-0', 'account-1', 'account-2'].map((stream) => lanes.append(valid(appendTo(stream))));
    await expect(lanes.append(valid(appendTo('account-3')))).rejects.toThrow(OverloadedError);
    server.sent[0]!.end();
    await aTurn();
    const late = lanes.append(valid(appendTo('account-4')));
    server.sent[1]!.end();
    await aTurn();
    server.sent[2]!.end();
    expect((await Promise.all([...taken, late])).map((outcome) => outcome?.stream)).toEqual([
      'account-0',
      'account-1',
      'account-2',
      'account-4',
    ]);
  });
});
