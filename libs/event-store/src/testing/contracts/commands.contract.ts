// Part of the event store's contract: a command is decided once.
import { expect, it } from 'vitest';
import {
  CommandIdReusedError,
  RecordedRejectionError,
  WrongExpectedVersionError,
  type EventStore,
} from '../../core/index.js';
import { appendTo, commandOn, deposits, newStream } from './event-store.support.js';

export function contractOfCommands(store: () => EventStore): void {
  it('records a command with its append, and gives its first result to whatever the command decides the next time', async () => {
    const stream = newStream();
    const command = commandOn(stream);
    expect(await store().findCommand(command)).toBeUndefined();
    const result = await store().append(appendTo(stream, { events: deposits(2), command }));
    expect(await store().findCommand(command)).toEqual({ outcome: 'accepted', result });
    const again = await store().append(appendTo(stream, { expected: 17, events: deposits(1), command }));
    expect(again).toEqual({ ...result, repeated: true });
    expect(await store().streamVersion(stream)).toBe(2);
  });

  it('does not record the command of an append that was refused', async () => {
    const stream = newStream();
    const command = commandOn(stream);
    await expect(store().append(appendTo(stream, { expected: 1, command }))).rejects.toBeInstanceOf(
      WrongExpectedVersionError,
    );
    expect(await store().findCommand(command)).toBeUndefined();
  });

  it('keeps the first outcome of a decision without events', async () => {
    const stream = newStream();
    const [unchanged, rejected] = [commandOn(stream), commandOn(stream)];
    const rejection = { code: 'account.closed', kind: 'conflict', message: 'The account is closed.' } as const;
    const outcome = { outcome: 'unchanged', version: 3 } as const;
    expect(await store().recordCommand(unchanged, outcome)).toBe(outcome);
    expect(await store().recordCommand(rejected, { outcome: 'rejected', rejection })).toEqual({
      outcome: 'rejected',
      rejection,
    });
    expect(await store().recordCommand(unchanged, { outcome: 'rejected', rejection })).toEqual({
      outcome: 'unchanged',
      version: 3,
    });
    expect(await store().findCommand(rejected)).toEqual({ outcome: 'rejected', rejection });
    const answer = { firstVersion: 3, version: 3, position: 0n, repeated: true };
    expect(await store().append(appendTo(stream, { command: unchanged }))).toMatchObject(answer);
    await expect(store().append(appendTo(stream, { command: rejected }))).rejects.toThrow(
      new RecordedRejectionError(rejection),
    );
    expect(await store().streamVersion(stream)).toBe(0);
  });

  it('keeps the steps of a command, and its decisions on several streams, apart', async () => {
    const [one, other] = [newStream(), newStream()];
    const command = commandOn(one);
    await store().append(appendTo(one, { command }));
    await store().append(appendTo(one, { command: { ...command, step: 1 } }));
    await store().append(appendTo(other, { command: { ...command, stream: other } }));
    expect([await store().streamVersion(one), await store().streamVersion(other)]).toEqual([2, 1]);
  });

  it('tells all decisions of a command by its id, on whatever stream and however they ended, and those of no other', async () => {
    const [one, other] = [newStream(), newStream()];
    const command = commandOn(one);
    expect(await store().decisionsOf(command.id)).toEqual([]);
    const rejection = { code: 'account.closed', kind: 'conflict', message: 'The account is closed.' } as const;
    await store().append(appendTo(one, { command }));
    await store().recordCommand({ ...command, step: 1 }, { outcome: 'unchanged', version: 1 });
    await store().recordCommand({ ...command, stream: other }, { outcome: 'rejected', rejection });
    await store().append(appendTo(other, { command: commandOn(other) }));
    const decisions = await store().decisionsOf(command.id);
    expect(decisions).toHaveLength(3);
    expect(decisions).toEqual(
      expect.arrayContaining([
        { stream: one, step: 0, outcome: 'accepted' },
        { stream: one, step: 1, outcome: 'unchanged' },
        { stream: other, step: 0, outcome: 'rejected' },
      ]),
    );
  });

  it('refuses a command id that was used with other content, on any stream', async () => {
    const [stream, other] = [newStream(), newStream()];
    const command = commandOn(stream);
    await store().append(appendTo(stream, { command }));
    for (const reused of [
      { ...command, contentHash: 'hash-2' },
      { ...command, contentHash: 'hash-2', stream: other },
    ]) {
      await expect(store().append(appendTo(reused.stream, { command: reused }))).rejects.toBeInstanceOf(
        CommandIdReusedError,
      );
      await expect(store().findCommand(reused)).rejects.toBeInstanceOf(CommandIdReusedError);
      await expect(store().recordCommand(reused, { outcome: 'unchanged', version: 1 })).rejects.toBeInstanceOf(
        CommandIdReusedError,
      );
    }
    expect([await store().streamVersion(stream), await store().streamVersion(other)]).toEqual([1, 0]);
  });
}
