// What every store of subjects' keys does: makes a key once, and never again once it was destroyed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemIds, type SubjectKeyStore, type UnitOfWork, type WrappedKey } from '../../core/index.js';

export interface KeysUnderContract {
  readonly keys: SubjectKeyStore;
  /** Of the database the keys are in; undefined where they are in one of their own. */
  readonly unitOfWork?: UnitOfWork;
  close(): Promise<void>;
}

export function describeSubjectKeyStore(
  name: string,
  setup: () => Promise<KeysUnderContract>,
  { inOneDatabase = true } = {},
): void {
  describe(`${name}, as every store of keys,`, () => {
    let opened: KeysUnderContract;
    beforeAll(async () => {
      opened = await setup();
    });
    afterAll(() => opened?.close());

    const key = (text: string): WrappedKey => ({ masterKey: 'm1', bytes: Buffer.from(text) });
    const textOf = (wrapped: WrappedKey | undefined) => wrapped && Buffer.from(wrapped.bytes).toString();
    const subject = () => `subject ${systemIds.next()}`;

    it('keeps the first key, and gives it to whoever comes later', async () => {
      const one = subject();
      const [first, second] = await Promise.all([opened.keys.create(one, key('a')), opened.keys.create(one, key('b'))]);
      expect(textOf(first.wrapped)).toBe(textOf(second.wrapped));
      const [found] = await opened.keys.find([one, subject()]);
      expect(found).toMatchObject({ subject: one, wrapped: { masterKey: 'm1' } });
      expect(textOf(found!.wrapped)).toBe(textOf(first.wrapped));
      expect(await opened.keys.find([subject()])).toEqual([]);
    });

    it('destroys a key once and for ever: what comes later changes nothing', async () => {
      const one = subject();
      await opened.keys.create(one, key('a'));
      const { first, destroyedAt } = await opened.keys.destroy(one);
      expect(first).toBe(true);
      expect(await opened.keys.destroy(one)).toEqual({ first: false, destroyedAt });
      expect(await opened.keys.create(one, key('b'))).toEqual({ subject: one, destroyedAt });
      expect(await opened.keys.find([one])).toEqual([{ subject: one, destroyedAt }]);
    });

    it('destroys what never was, so that it never will be', async () => {
      const one = subject();
      await opened.keys.destroy(one);
      expect((await opened.keys.create(one, key('late'))).wrapped).toBeUndefined();
    });

    if (!inOneDatabase) return;
    it('keeps a key whose unit of work fails, and undoes a destruction with its unit', async () => {
      const unitOfWork = opened.unitOfWork!;
      const one = subject();
      const no = new Error('no');
      const run = (work: () => Promise<unknown>) =>
        expect(
          unitOfWork.run(async () => {
            await work();
            throw no;
          }),
        ).rejects.toThrow(no);
      await run(() => opened.keys.create(one, key('a')));
      expect(textOf((await opened.keys.find([one]))[0]?.wrapped)).toBe('a');
      await run(() => opened.keys.destroy(one));
      expect(textOf((await opened.keys.find([one]))[0]?.wrapped)).toBe('a');
    });
  });
}
