import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event, type Class } from '../../core/index.js';
import { ShelfDusted, ShelfRemarked, ShelfStocked } from '../shelf.js';
import { corpusExamples, corpusProblems, readCorpus } from './corpus.js';
import { differencesFromAll, shapeDifferences } from './shape.js';

@Event('note.written', { version: 2, upcast: [({ text }) => ({ lines: [text] })] })
class Written {
  constructor(readonly lines: readonly string[]) {}
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(content));
}
const problems = (...classes: Class[]): string[] => corpusProblems(classes, readCorpus(folder));

describe('a golden corpus', () => {
  it('is whole when every version has examples that read like the newest', () => {
    write('note.written.v1.json', [{ text: 'a' }, { text: 'b' }]);
    write('note.written.v2.json', { lines: ['a', 'b'] });
    expect(problems(Written)).toEqual([]);
    expect(corpusExamples(folder, 'note.written', 1)).toEqual([{ text: 'a' }, { text: 'b' }]);
  });

  it('names each version without an example, also when there is no folder', () => {
    const nowhere = corpusProblems([Written], readCorpus(join(folder, 'none')));
    expect(nowhere.map((line) => line.split(':')[0])).toEqual([
      'note.written.v1.json is missing',
      'note.written.v2.json is missing',
    ]);
    write('note.written.v2.json', { lines: ['a'] });
    expect(problems(Written)).toEqual([expect.stringContaining('note.written.v1.json is missing')]);
  });

  it('refuses an example of an event or a version that nobody declares', () => {
    write('note.written.v1.json', { text: 'a' });
    write('note.written.v2.json', { lines: [] });
    write('note.written.v3.json', { lines: [] });
    write('note.lost.v1.json', {});
    expect(problems(Written)).toEqual([
      'note.lost.v1.json: there is no event note.lost; there are: note.written.',
      'note.written.v3.json: note.written is at version 2.',
    ]);
  });

  it('finds an old example that comes out unlike the newest', () => {
    write('note.written.v1.json', { title: 1 });
    write('note.written.v2.json', { lines: ['a'] });
    expect(problems(Written)).toEqual(['note.written.v1.json: lines[0] it: expected a string, came undefined.']);
  });

  it('reads what has another name now, what is several events, and what is none', () => {
    const shelf = [ShelfStocked, ShelfRemarked, ShelfDusted];
    write('shelf.stocked.v2.json', { title: 'Emma' });
    write('shelf.remarked.v1.json', { text: 'dusty' });
    write('shelf.remarked.v2.json', { remark: 'dusty' });
    expect(problems(...shelf)).toEqual([
      expect.stringMatching(/^shelf\.stocked\.v1\.json is missing/),
      expect.stringMatching(/^shelf\.stocked\.v3\.json is missing/),
      expect.stringMatching(/^shelf\.filled\.v1\.json is missing, or that of another version/),
      expect.stringMatching(/^shelf\.dusted\.v1\.json is missing/),
    ]);
    write('shelf.filled.v1.json', [{ titles: 'Emma,Ulysses', remark: 'dusty' }, { titles: '' }]);
    write('shelf.stocked.v3.json', { title: 'Emma', copies: 1 });
    write('shelf.dusted.v1.json', { by: 'ada' });
    expect(problems(...shelf)).toEqual([]);
    write('shelf.dusted.v2.json', {});
    write('shelf.filled.v1.json', { titles: 'Emma', remark: 1 });
    expect(problems(...shelf)).toEqual([
      'shelf.dusted.v2.json: shelf.dusted is at version 1.',
      'shelf.filled.v1.json: remark: expected a string, came a number.',
    ]);
  });

  it('finds an upcaster that throws, and one that writes into the row', () => {
    @Event('note.written', {
      version: 2,
      upcast: [
        (data) => {
          (data as { lines: unknown }).lines = (data.text as string).split('\n');
          return data;
        },
      ],
    })
    class Careless extends Written {}
    write('note.written.v1.json', [{}, { text: 'a' }]);
    write('note.written.v2.json', { lines: ['a'] });
    const found = problems(Careless);
    expect(found[0]).toContain('it cannot be read (Cannot read properties of undefined');
    expect(found[1]).toContain('object is not extensible');
  });

  it('refuses what is no event, a file without examples, and a name that says no version', () => {
    write('note.written.v1.json', []);
    write('note.written.v2.json', ['text']);
    expect(problems(Written)).toEqual([
      'note.written.v1.json: expected an example, came an empty list.',
      'note.written.v2.json: expected the fields of an event.',
    ]);
    write('note.written.json', {});
    expect(() => readCorpus(folder)).toThrow('expected a name like order.placed.v1.json');
  });

  it('names the file that is no JSON', () => {
    writeFileSync(join(folder, 'note.written.v1.json'), '{');
    expect(() => readCorpus(folder)).toThrow('note.written.v1.json: expected JSON');
  });
});

describe('the shape of a value', () => {
  it('is its fields and the kinds of their values', () => {
    const example = { id: 'a', at: { x: 1 }, gone: null };
    expect(shapeDifferences(example, { id: 'b', at: { x: 2 }, gone: null, note: undefined })).toEqual([]);
    expect(shapeDifferences(example, { id: 1, at: { y: 2 }, gone: null, more: [] })).toEqual([
      'id: expected a string, came a number',
      'at.x: expected a number, came nothing',
      'at.y: expected no such field, came a number',
      'more: expected no such field, came a list',
    ]);
  });

  it('lets the elements of a list look like any of the example', () => {
    expect(shapeDifferences([1, 'a'], ['b', 2, 3])).toEqual([]);
    expect(shapeDifferences([1], ['b'])).toEqual(['[0] it: expected a number, came a string']);
    expect(shapeDifferences([], ['b'])).toEqual([]);
  });

  it('is told from the nearest of several examples', () => {
    expect(differencesFromAll([{ a: 1, b: 2, c: 3 }, { a: 1 }], { a: 1, d: 4 })).toEqual([
      'd: expected no such field, came a number',
    ]);
  });
});
