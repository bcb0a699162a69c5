// Today's classes read everything that was ever stored: every version of every event of every context has examples.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aggregateEvents, eventDeclaration, type Class } from '@app/event-store/core';
import { corpusProblems, readCorpus, type CorpusEntry } from '@app/event-store/testing';
import { unfitExamples } from '../tools/events/corpus-types.js';
import { domainsIn, eventsIn, sourcesIn } from '../tools/events/find-events.js';

const root = resolve(import.meta.dirname, '..');

/** What its aggregates apply, and whatever else its files declare an event. */
async function eventClassesOf(domain: string): Promise<Class[]> {
  const classes = new Set<Class>();
  for (const file of sourcesIn(root, domain)) {
    const exported = (await import(/* @vite-ignore */ pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
    for (const one of Object.values(exported).filter((value) => typeof value === 'function') as Class[]) {
      if (eventDeclaration(one)) classes.add(one);
      for (const applied of appliedBy(one)) classes.add(applied);
    }
  }
  return [...classes];
}

function appliedBy(exported: Class): Class[] {
  try {
    return aggregateEvents(exported);
  } catch {
    return []; // no aggregate
  }
}

describe.each(domainsIn(root))('the golden corpus of %s', (domain) => {
  let entries: CorpusEntry[];
  beforeAll(() => {
    entries = readCorpus(join(root, domain, 'corpus'));
  });

  it('has examples of every version of every event, and all of them read like the newest', async () => {
    expect(corpusProblems(await eventClassesOf(domain), entries)).toEqual([]);
  });

  it('fits the classes: one that changes without a new version would not read what it stored before', () => {
    const newest = eventsIn(root, domain).flatMap((event) =>
      entries
        .filter(({ type, version }) => type === event.type && version === event.version)
        .map(({ file, examples }) => ({ event, file: `${domain}/corpus/${file}`, examples })),
    );
    expect(newest.length).toBeGreaterThan(0);
    expect(unfitExamples(root, domain, newest)).toEqual([]);
  }, 60_000); // the compiler reads the whole domain
});

describe('the check of a corpus against its classes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'corpus-types-'));
    mkdirSync(join(folder, 'domain'));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', lib: ['es5'] } }),
    );
    const constructor = 'constructor(readonly by: "me" | "you", readonly at?: { day: number }) {}';
    writeFileSync(join(folder, 'domain/note.events.ts'), `export class Written { ${constructor} loud() {} }`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes what the constructor takes, and names the file of what does not fit', () => {
    const event = { type: 'note.written', version: 1, className: 'Written', file: 'domain/note.events.ts' };
    const fits = [{ by: 'me' }, { by: 'you', at: { day: 1 } }];
    const unfit = [{}, { by: 'them' }, { by: 'me', at: { day: 'x' } }, { by: 'me', note: '' }];
    const found = unfitExamples(folder, 'domain', [
      { event, file: 'fits.json', examples: fits },
      { event, file: 'unfit.json', examples: unfit },
    ]);
    expect(found.map((line) => line.split(': ')[0])).toEqual(unfit.map(() => 'unfit.json'));
    expect(found[3]).toMatch(/note.* does not exist in type.*npm run new:event/);
  });
});
