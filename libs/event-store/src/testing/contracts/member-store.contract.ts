// What every member store keeps, whatever it is stored in.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MemberStore, SubscriptionKey } from '../../core/index.js';

export function describeMemberStore(
  name: string,
  open: () => Promise<{ readonly members: MemberStore; close(): Promise<void> }>,
): void {
  describe(`${name} as a member store`, () => {
    let subject: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const newGroup = (): SubscriptionKey => ({ name: `group-${randomUUID()}`, log: 'events' });
    const announce = (group: SubscriptionKey, member: string, ttlMs = 60_000) =>
      subject.members.announce(group, member, ttlMs);

    it('tells every member who is there, itself included, in the same order', async () => {
      const group = newGroup();
      expect(await announce(group, 'b')).toEqual(['b']);
      expect(await announce(group, 'a')).toEqual(['a', 'b']);
      expect(await announce(group, 'c')).toEqual(['a', 'b', 'c']);
      expect(await announce(group, 'b')).toEqual(['a', 'b', 'c']);
    });

    it('keeps groups apart, also those of one name and another log', async () => {
      const group = newGroup();
      await announce(group, 'a');
      expect(await announce(newGroup(), 'b')).toEqual(['b']);
      expect(await announce({ ...group, log: 'inbound' }, 'c')).toEqual(['c']);
    });

    it('forgets who leaves at once, and who falls silent when the time is up; either may come back', async () => {
      const group = newGroup();
      await announce(group, 'a', 60_000);
      await announce(group, 'b', 1);
      await subject.members.leave(group, 'a');
      await subject.members.leave(group, 'nobody');
      await vi.waitUntil(async () => (await announce(group, 'c')).length === 1);
      expect(await announce(group, 'a')).toEqual(['a', 'c']);
      expect(await announce(group, 'b')).toEqual(['a', 'b', 'c']);
    });

    it('loses nobody when all of them speak at once', async () => {
      const group = newGroup();
      const all = Array.from({ length: 8 }, (_, index) => `member-${index}`);
      await Promise.all(all.map((member) => announce(group, member)));
      expect(await announce(group, all[0]!)).toEqual(all);
    });
  });
}
