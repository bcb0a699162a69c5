// Part of the contract of personal data: what is encrypted is stored once as well, whoever was forgotten meanwhile, and nobody loses a race unheard.
import { expect, it } from 'vitest';
import {
  DuplicateEventIdError,
  outsideTransaction,
  SubjectForgottenError,
  WrongExpectedVersionError,
  type AppendRequest,
  type ExpectedVersion,
} from '../../core/index.js';
import { commandOn, newStream } from './event-store.support.js';
import { processOn, written, type PersonalPorts } from './personal-data.support.js';
import { intercept } from '../subscription-lab.js';

type Process = ReturnType<typeof processOn>;

export interface PersonalRepeats {
  readonly opened: PersonalPorts;
  readonly here: Process;
  readonly there: Process;
  readonly masterKey: Uint8Array;
  somebody(): string;
  forgotten(subject: string): Promise<unknown>;
}

export function contractOfPersonalRepeats(setup: () => PersonalRepeats): void {
  /** By itself, and as part of a unit of work that has something else to store. */
  const bothWays = async (process: Process, request: AppendRequest) => {
    const { opened, somebody } = setup();
    const [other, author] = [newStream('letter'), somebody()];
    const joined = await opened.unitOfWork.run(async () => {
      const result = await process.events.append(request);
      await process.events.append({ stream: other, expected: 'no-stream', events: [written(author, 'beside')] });
      return result;
    });
    expect(await opened.events.streamVersion(other)).toBe(1);
    return [joined, await process.events.append(request)];
  };

  it.each<ExpectedVersion>(['no-stream', 0, 1, 2, 3, 7, 'stream-exists', 'any'])(
    'answers the same events again with the first result where %s is expected',
    async (expected) => {
      const { opened, here, there, somebody } = setup();
      const [stream, alice] = [newStream('letter'), somebody()];
      const append = (text: string) => here.events.append({ stream, expected: 'any', events: [written(alice, text)] });
      await append('before');
      const events = [written(alice, 'once'), written(alice, 'twice')];
      const first = await here.events.append({ stream, expected: 1, events });
      await append('after');
      const again = { ...first, repeated: true };
      expect(await bothWays(there, { stream, expected, events })).toEqual([again, again]);
      const other = [{ ...events[0]!, data: { ...events[0]!.data, text: 'other' } }, events[1]!];
      for (const refused of [other, [...events, written(alice, 'more')], [events[1]!, events[0]!]]) {
        await expect(here.events.append({ stream, expected, events: refused })).rejects.toThrow(DuplicateEventIdError);
      }
      expect(await opened.events.streamVersion(stream)).toBe(4);
    },
  );

  it('answers a command with its first result, and the same events too, after their subject was forgotten', async () => {
    const { opened, here, there, somebody, forgotten } = setup();
    const [stream, alice, bob] = [newStream('letter'), somebody(), somebody()];
    const [command, events] = [commandOn(stream), [written(alice, 'once'), written(bob, 'twice')]];
    const first = await here.events.append({ stream, expected: 'no-stream', events, command });
    await forgotten(alice);
    const again = { ...first, repeated: true };
    const decidedAnew = { stream, expected: 2, events: [written(alice, 'other')], command };
    expect(await bothWays(there, decidedAnew)).toEqual([again, again]);
    for (const expected of ['no-stream', 2, 'any'] as const) {
      expect(await bothWays(there, { stream, expected, events })).toEqual([again, again]);
    }
    const changed = (index: number, over: object) =>
      events.map((event, at) => (at === index ? { ...event, data: { ...event.data, ...over } } : event));
    for (const other of [changed(0, { topic: 'other' }), changed(0, { text: undefined }), changed(1, { text: 'x' })]) {
      const refused = there.events.append({ stream, expected: 2, events: other });
      await expect(refused).rejects.toThrow(DuplicateEventIdError);
    }
    const fresh = { stream, expected: 2, events: [written(alice, 'new')], command: commandOn(stream) };
    await expect(there.events.append(fresh)).rejects.toThrow(SubjectForgottenError);
    expect(await opened.events.streamVersion(stream)).toBe(2);
  });

  it('tells a unit of work that another writer was first, so that it may run again', async () => {
    const { opened, here, masterKey, somebody } = setup();
    const [stream, alice] = [newStream('letter'), somebody()];
    const append = (process: Process, text: string) =>
      process.events.append({ stream, expected: 'any', events: [written(alice, text)] });
    let isFaster = true;
    const events = intercept(opened.events, async (method) => {
      if (method !== 'append' || !isFaster) return;
      isFaster = false;
      await outsideTransaction(() => append(here, 'faster'));
    });
    const slow = processOn({ ...opened, events }, masterKey);
    const unit = () => opened.unitOfWork.run(() => append(slow, 'slow'));
    await expect(unit()).rejects.toThrow(new WrongExpectedVersionError(stream, 0, 1));
    expect(await unit()).toMatchObject({ version: 2, repeated: false });
  });
}
