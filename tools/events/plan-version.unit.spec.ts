import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planVersion, type VersionPlan } from './plan-version.js';

const domain = 'apps/note-service/src/domain';
const eventsFile = `${domain}/note.events.ts`;

/** As prettier wants it by default. */
const events = `// Facts about a note.
import { Event } from "@app/event-store/core";

@Event("note.written")
export class Written {
  constructor(readonly text: string) {}
}

@Event("note.thrown-away")
export class ThrownAway {}
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'new-event-'));
  write(eventsFile, events);
  write(`${domain}/corpus/note.written.v1.json`, '{ "text": "a" }\n');
  write(`${domain}/corpus/note.thrown-away.v1.json`, '{}\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
}

async function next(type: string): Promise<VersionPlan> {
  const plan = await planVersion(root, type);
  for (const [file, content] of plan.files) write(file, content);
  return plan;
}

describe('the next version of an event', () => {
  it('raises the number, adds an upcaster with its test, and copies the example', async () => {
    const { files, version } = await planVersion(root, 'note.written');
    expect(version).toBe(2);
    expect([...files.keys()]).toEqual([
      eventsFile,
      `${domain}/upcasters/note-written.from-1.ts`,
      `${domain}/upcasters/note-written.from-1.unit.spec.ts`,
      `${domain}/corpus/note.written.v2.json`,
    ]);
    expect(files.get(eventsFile)).toBe(
      events
        .replace('core";\n', 'core";\nimport { noteWrittenFrom1 } from "./upcasters/note-written.from-1.js";\n')
        .replace('"note.written"', '"note.written", { version: 2, upcast: [noteWrittenFrom1] }'),
    );
    expect(files.get(`${domain}/corpus/note.written.v2.json`)).toBe('{ "text": "a" }\n');
  });

  it('makes a chain of two when it is asked for twice', async () => {
    await next('note.written');
    const { version, files } = await next('note.written');
    expect(version).toBe(3);
    expect(files.get(eventsFile)).toContain('{\n  version: 3,\n  upcast: [noteWrittenFrom1, noteWrittenFrom2],\n}');
  });

  it('keeps what a hand has written of the chain, and finds events in folders of the domain', async () => {
    const own = `export const b = 1;\n@Event('box.packed', { upcast: [ (d) => d /* 1 */ ], version: 2 })\nclass   Packed {}\n`;
    write(`${domain}/box/packed.ts`, own);
    write(`${domain}/corpus/box.packed.v2.json`, '{}');
    const { files, newest } = await planVersion(root, 'box.packed');
    expect(newest).toBe(`${domain}/corpus/box.packed.v3.json`);
    expect(files.get(`${domain}/box/packed.ts`)).toBe(
      `import { boxPackedFrom2 } from '../upcasters/box-packed.from-2.js';\n${own
        .replace('d /* 1 */', 'd, boxPackedFrom2 /* 1 */')
        .replace('version: 2', 'version: 3')}`,
    );
  });

  it('refuses a type that nobody declares, and lists those there are', async () => {
    await expect(planVersion(root, 'note.lost')).rejects.toThrow(
      /has @Event\('note.lost'\)\. There are:\n {2}note\.written .*\n {2}note\.thrown-away /,
    );
  });

  it('refuses a chain it cannot edit, and a version that is computed', async () => {
    write(`${domain}/corpus/note.written.v2.json`, '{}');
    write(eventsFile, events.replace('"note.written"', '"note.written", { version: 2, upcast: chain }'));
    await expect(planVersion(root, 'note.written')).rejects.toThrow(/expected \{ version: 2, upcast: \[from1\] \}/);
    write(eventsFile, events.replace('"note.written"', '"note.written", { version: VERSION }'));
    await expect(planVersion(root, 'note.written')).rejects.toThrow(
      'expected a version written as a number, came VERSION',
    );
  });

  it('refuses an event without an example, a type of two classes, and a file that is there already', async () => {
    write(`${domain}/upcasters/note-written.from-1.ts`, '');
    await expect(planVersion(root, 'note.written')).rejects.toThrow('note-written.from-1.ts is there already');
    rmSync(join(root, domain, 'corpus/note.thrown-away.v1.json'));
    await expect(planVersion(root, 'note.thrown-away')).rejects.toThrow('note.thrown-away.v1.json is missing');
    write('apps/other-service/src/domain/other.events.ts', events);
    await expect(planVersion(root, 'note.written')).rejects.toThrow('note.written is declared twice');
  });
});
