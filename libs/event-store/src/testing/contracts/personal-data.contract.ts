// What holds for personal data whatever it is stored in: cipher text below, plain text above, and Erased for ever once its subject was forgotten.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  erased,
  InvalidEventError,
  SubjectForgottenError,
  systemIds,
  UnreadablePersonalDataError,
  WrongExpectedVersionError,
  type StoredEvent,
} from '../../core/index.js';
import { forget, KEY_TTL_MS } from '../../privacy/index.js';
import { newStream } from './event-store.support.js';
import { LetterWritten, letterEvents, processOn, written, type PersonalPorts } from './personal-data.support.js';
import { contractOfPersonalRepeats } from './personal-repeats.contract.js';

export interface PersonalDataUnderContract extends PersonalPorts {
  close(): Promise<void>;
}

export function describePersonalData(name: string, setup: () => Promise<PersonalDataUnderContract>): void {
  describe(`personal data on ${name}`, () => {
    const masterKey = randomBytes(32);
    let opened: PersonalDataUnderContract;
    let here: ReturnType<typeof processOn>;
    let there: ReturnType<typeof processOn>;
    beforeAll(async () => {
      opened = await setup();
      here = processOn(opened, masterKey);
      there = processOn(opened, masterKey);
    });
    afterAll(() => opened?.close());

    const somebody = () => `person-${systemIds.next()}`;
    const order = (subject: string) => ({ subject, actor: 'tester', reason: 'case 1', graceMs: 0 });
    const forgotten = async (subject: string) => {
      const { clock } = here;
      const record = () => Promise.resolve();
      const done = await forget({ ...opened, clock, record }, order(subject));
      for (const process of [here, there]) process.clock.advance(KEY_TTL_MS);
      return done;
    };
    const dataOf = (events: readonly StoredEvent[]) => events.map(({ data }) => data);
    const texts = async (process: typeof here, stream: string) =>
      (await process.events.readStream(stream)).map((stored) => (letterEvents.decode(stored) as LetterWritten).text);

    it('is cipher text in the store, and the same again for every process', async () => {
      const [stream, alice] = [newStream('letter'), somebody()];
      await here.events.append({ stream, expected: 'no-stream', events: [written(alice, 'it rains')] });
      const [stored] = await opened.events.readStream(stream);
      expect(stored!.data).toEqual({
        author: alice,
        topic: 'weather',
        $personal: {
          subject: alice,
          fields: { text: expect.stringMatching(/^1\./), address: expect.stringMatching(/^1\./) },
        },
      });
      expect(JSON.stringify(stored!.data)).not.toContain('rains');
      for (const { events } of [here, there]) {
        expect(dataOf(await events.readStream(stream))).toEqual([written(alice, 'it rains').data]);
        for await (const [replayed] of events.replay(stream))
          expect(replayed!.data).toEqual(written(alice, 'it rains').data);
      }
    });

    it('says nothing twice: the same words in another place, or of another subject, are other cipher text', async () => {
      const [stream, alice, bob] = [newStream('letter'), somebody(), somebody()];
      const events = [written(alice, 'x'), written(alice, 'x'), written(bob, 'x')];
      await here.events.append({ stream, expected: 'no-stream', events });
      const stored = await opened.events.readStream(stream);
      const ciphers = stored.flatMap(({ data }) =>
        Object.values((data as { $personal: { fields: Record<string, string> } }).$personal.fields),
      );
      for (const part of [1, 2]) expect(new Set(ciphers.map((text) => text.split('.')[part])).size).toBe(6); // IV; cipher text
    });

    contractOfPersonalRepeats(() => ({ opened, here, there, masterKey, somebody, forgotten }));

    it('keeps the expected version, and gives each of many writers without one their own', async () => {
      const [stream, alice] = [newStream('letter'), somebody()];
      const append = (expected: 'any' | number, text: string) =>
        here.events.append({ stream, expected, events: [written(alice, text)] });
      const wrong = await append(3, 'x').catch((error: unknown) => error);
      expect(wrong).toMatchObject(new WrongExpectedVersionError(stream, 3, 0));
      const appended = await Promise.all(['a', 'b', 'c', 'd'].map((text) => append('any', text)));
      expect(new Set(appended.map(({ version }) => version))).toEqual(new Set([1, 2, 3, 4]));
      expect(new Set(await texts(there, stream))).toEqual(new Set(['a', 'b', 'c', 'd']));
      const nowhere = {
        stream: newStream('letter'),
        expected: 'stream-exists' as const,
        events: [written(alice, 'x')],
      };
      await expect(here.events.append(nowhere)).rejects.toThrow(WrongExpectedVersionError);
    });

    it('opens only where it was closed: not in another stream, version or field', async () => {
      const [stream, alice] = [newStream('letter'), somebody()];
      await here.events.append({ stream, expected: 'no-stream', events: [written(alice, 'mine')] });
      const { data } = (await opened.events.readStream(stream))[0]!;
      const { fields, ...sealed } = (data as { $personal: { fields: Record<string, string> } }).$personal;
      const swapped = { ...sealed, fields: { text: fields['address'], address: fields['text'] } };
      const moved = newStream('letter');
      const raw = (to: string, over: object) =>
        opened.events.append({ stream: to, expected: 'any', events: [{ ...written(alice, ''), data: over }] });
      await raw(moved, data); // another stream
      await raw(stream, data); // another version
      const crossed = newStream('letter');
      await raw(crossed, { ...data, $personal: swapped });
      for (const to of [moved, stream, crossed])
        await expect(here.events.readStream(to)).rejects.toThrow(UnreadablePersonalDataError);
      expect(dataOf(await here.events.readStream(stream, { toVersion: 1 }))).toMatchObject([{ text: 'mine' }]);
    });

    it('is Erased once its subject was forgotten, everywhere, and the stream still replays', async () => {
      const [id, alice, bob] = [systemIds.next(), somebody(), somebody()];
      await here.letters.create(id, (letter) => letter.write(alice, 'one', 'secret'));
      await here.letters.update(id, (letter) => letter.write(bob, 'two', 'public'));
      expect((await there.letters.load(id)).state.texts).toEqual(['secret', 'public']);
      expect(await forgotten(alice)).toMatchObject({ outcome: 'forgotten', hadKey: true });
      for (const { letters } of [here, there]) {
        expect((await letters.load(id)).state).toEqual({ topics: ['one', 'two'], texts: [erased, 'public'] });
        expect((await letters.loadAt(id, 1)).erased).toBe(1);
      }
      await here.letters.update(id, (letter) => letter.send());
      expect((await there.letters.load(id)).version).toBe(3);
    });

    it('of somebody forgotten is refused; what is not personal is not', async () => {
      const [stream, alice] = [newStream('letter'), somebody()];
      await there.events.append({ stream, expected: 'no-stream', events: [written(alice, 'before')] });
      await forgotten(alice);
      const append = (data: object) =>
        there.events.append({ stream, expected: 'any', events: [written(alice, '', { data })] });
      const refused = append({ author: alice, topic: 'x', text: 'again' });
      await expect(refused).rejects.toThrow(SubjectForgottenError);
      await append({ author: alice, topic: 'x', text: erased });
      expect(await texts(here, stream)).toEqual([erased, erased]);
    });

    it('is forgotten once: the same again tells nothing new', async () => {
      const alice = somebody();
      await here.events.append({ stream: newStream('letter'), expected: 'any', events: [written(alice, 'x')] });
      const { destroyedAt } = await forgotten(alice);
      expect(await forgotten(alice)).toMatchObject({ outcome: 'forgotten-before', hadKey: false, destroyedAt });
      const told = await opened.events.readStream(`subject-${alice}`);
      expect(told.map(({ type, data, metadata }) => ({ type, data, metadata }))).toMatchObject([
        { type: 'subject.forgotten', data: { subject: alice }, metadata: { actor: 'tester', reason: 'case 1' } },
      ]);
    });

    it('tells of a forgotten subject only when no process can have the key any more, also after an interruption', async () => {
      const alice = somebody();
      await there.events.append({ stream: newStream('letter'), expected: 'any', events: [written(alice, 'x')] });
      const { clock } = here;
      const ports = { ...opened, clock, record: () => Promise.resolve() };
      const sleep = vi.spyOn(clock, 'sleep').mockRejectedValueOnce(new Error('killed'));
      await expect(forget(ports, { ...order(alice), graceMs: KEY_TTL_MS })).rejects.toThrow('killed');
      expect(sleep).toHaveBeenCalledWith(KEY_TTL_MS);
      expect(await opened.events.streamVersion(`subject-${alice}`)).toBe(0);
      expect(await forgotten(alice)).toMatchObject({ outcome: 'forgotten-before' });
      expect(await opened.events.streamVersion(`subject-${alice}`)).toBe(1);
    });

    it('changes nothing in a dry run', async () => {
      const alice = somebody();
      const stream = newStream('letter');
      await here.events.append({ stream, expected: 'any', events: [written(alice, 'x')] });
      const ports = { ...opened, clock: here.clock, record: () => Promise.reject(new Error('recorded')) };
      expect(await forget(ports, { ...order(alice), dryRun: true })).toMatchObject({
        outcome: 'forgotten',
        hadKey: true,
      });
      there.clock.advance(KEY_TTL_MS);
      expect(await texts(there, stream)).toEqual(['x']);
    });

    it('rests in snapshots as cipher text, which a forget drops, and which no late one outlives', async () => {
      const [id, alice] = [systemIds.next(), somebody()];
      await here.letters.create(id, (letter) => letter.write(alice, 'one', 'secret'));
      await here.letters.update(id, (letter) => letter.write(alice, 'two', 'more'));
      const stream = `letter-${id}`;
      const raw = await vi.waitFor(
        async () => (await opened.snapshots.load(stream)) ?? Promise.reject(new Error('none')),
      );
      expect(raw).toMatchObject({ subjects: [alice], version: 2 });
      expect(JSON.stringify(raw)).not.toMatch(/secret|topics/);
      expect((await there.snapshots.load(stream))!.state).toMatchObject({ texts: ['secret', 'more'] });
      const taken = (await there.snapshots.load(stream))!;
      expect(await forgotten(alice)).toMatchObject({ snapshots: 1 });
      expect(await opened.snapshots.load(stream)).toBeUndefined();
      await there.snapshots.save(taken); // of a process that was slow
      expect(await opened.snapshots.load(stream)).toBeUndefined();
      await opened.snapshots.save(raw); // of one that was slower
      expect(await there.snapshots.load(stream)).toBeUndefined();
      expect((await there.letters.load(id)).state.texts).toEqual([erased, erased]);
    });

    it('that was stored before it was declared is read as it is', async () => {
      const [stream, alice] = [newStream('letter'), somebody()];
      await opened.events.append({ stream, expected: 'any', events: [written(alice, 'old')] });
      expect(await texts(here, stream)).toEqual(['old']);
    });

    it('needs a subject, and the name of its place for itself', async () => {
      const append = (data: object) =>
        here.events.append({ stream: newStream('letter'), expected: 'any', events: [written('a', '', { data })] });
      await expect(append({ author: '', text: 'x' })).rejects.toThrow(InvalidEventError);
      await expect(append({ author: 'a\n', text: 'x' })).rejects.toThrow(InvalidEventError);
      await expect(append({ author: 'a', $personal: 'x' })).rejects.toThrow(InvalidEventError);
      await expect(append({ author: somebody(), text: 'half \ud800' })).rejects.toThrow(InvalidEventError);
    });
  });
}
