// From the classes on disk to what `npm run check` says.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEventShapes, renewEventShapes } from './index.js';

const EVENTS = 'apps/note-service/src/domain/note.events.ts';
const SHAPES = 'apps/note-service/src/domain/event-shapes.json';
const SLOW_MS = 60_000; // the compiler begins anew each time

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'event-shapes-'));
  write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', lib: ['es5'] } }),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Classes with `@Event`, as text: the decorator itself is not asked. */
function declare(...events: readonly { event: string; fields: string }[]): void {
  const classes = events.map(
    ({ event, fields }, index) => `@Event(${event})\nexport class Note${index} { constructor(${fields}) {} loud() {} }`,
  );
  write(EVENTS, ['declare const Event: any; type Id = string & { readonly brand: 1 };', ...classes].join('\n'));
}
async function renew(): Promise<Record<string, { version: number; aliases?: string[]; fields: object }>> {
  const text = (await renewEventShapes(root)).get(SHAPES)!;
  write(SHAPES, text);
  return JSON.parse(text) as Awaited<ReturnType<typeof renew>>;
}
const problems = async () => (await checkEventShapes(root)).map(({ file, line, what }) => `${file}:${line} ${what}`);
const written = {
  event: "'note.written'",
  fields: 'readonly id: Id, readonly lines: readonly { text: string; mark?: boolean }[], readonly by?: "me" | 1',
};

describe('the shapes of stored events', () => {
  it(
    'are written out to the last field, and are stale until they are renewed',
    async () => {
      declare(written);
      expect(await problems()).toEqual([`${SHAPES}:1 is not what the events say by now; npm run docs renews it`]);
      expect(await renew()).toEqual({
        'note.written': {
          version: 1,
          fields: { id: 'string', lines: '({ text: string; mark?: boolean })[]', 'by?': '"me" | 1' },
        },
      });
      expect(await problems()).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'are kept when a class does not fit them any more, and the check says where, what and the ways out',
    async () => {
      declare({ ...written, fields: 'readonly lines: readonly { text: string }[], readonly title: string' });
      const before = await renew();
      expect(before['note.written']!.fields).toHaveProperty('id');
      const [found, ...others] = await problems();
      expect(others).toEqual([]);
      expect(found).toContain(`${EVENTS}:2 Note0 does not fit what note.written version 1 has stored: `);
      expect(found).toContain('id is gone; by is gone; lines[].mark is gone; title is new, and must be there. ');
      expect(found).toMatch(
        /npm run new:event note\.written.*version 2 comes with an upcaster.*optional.*take its entry out of/,
      );
    },
    SLOW_MS,
  );

  it(
    'follow a higher version and a new name with an alias; a name that nobody reads is a problem, and so is a lower version',
    async () => {
      declare({ event: "'note.made', { version: 2, upcast: [f], aliases: ['note.written'] }", fields: '' });
      expect(await renew()).toEqual({ 'note.made': { version: 2, aliases: ['note.written'], fields: {} } });
      expect(await problems()).toEqual([]);
      declare({ event: "'note.made', { version: 2, upcast: [f] }", fields: '' });
      expect(await problems()).toEqual([
        expect.stringMatching(
          /No class reads note\.written \(note\.made\) any more.*aliases: \['note\.written'\].*retired/,
        ),
      ]);
      declare({ event: "'note.made', { aliases: ['note.written'] }", fields: '' });
      expect(await problems()).toEqual([expect.stringContaining('note.made is at version 1 again')]);
      declare();
      expect(await problems()).toEqual([
        expect.stringMatching(/^apps.*json:1 No class reads note\.made and note\.written/),
      ]);
      expect(await renew()).toHaveProperty(['note.made']);
    },
    SLOW_MS,
  );

  it(
    'are still being written until they are committed: a new event, and a new version, may change again',
    async () => {
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: root });
      const [one, two] = ["'note.kept'", "'note.kept', { version: 2, upcast: [f] }"];
      rmSync(join(root, SHAPES));
      git('init', '-q');
      for (const fields of ['readonly a: string', 'readonly b: string']) {
        declare({ event: one, fields });
        expect(Object.keys((await renew())['note.kept']!.fields)).toEqual([fields.slice(9, 10)]);
      }
      git('add', '.');
      git('commit', '-qm', 'the event');
      for (const fields of ['readonly b: string', 'readonly c: string']) {
        declare({ event: two, fields });
        expect((await renew())['note.kept']!.version).toBe(2);
        expect(await problems()).toEqual([]);
      }
      declare({ event: one, fields: 'readonly c: string' });
      expect(await problems()).toEqual([
        expect.stringContaining('note.kept version 1 has stored: b is gone; c is new'),
      ]);
      declare({ event: two, fields: 'readonly c: string' });
      git('commit', '-qam', 'version 2');
      declare({ event: two, fields: 'readonly d: string' });
      expect(await problems()).toEqual([
        expect.stringContaining('note.kept version 2 has stored: c is gone; d is new'),
      ]);
      write(SHAPES, '{}');
      expect(Object.keys((await renew())['note.kept']!.fields)).toEqual(['d']);
      expect(await problems()).toEqual([]);
    },
    SLOW_MS,
  );

  it('are none where there is no context', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'event-shapes-'));
    expect([await checkEventShapes(empty), await renewEventShapes(empty)]).toEqual([[], new Map()]);
    rmSync(empty, { recursive: true });
  });
});
