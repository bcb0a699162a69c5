import { describe, expect, it } from 'vitest';
import { blockInfo, infoTrouble } from './block-info.js';
import { parsePage, slugOf } from './markdown.js';

const page = (...lines: string[]) => parsePage(lines.join('\n'));

describe('blocks', () => {
  it('are found with their line, their info and their content', () => {
    const [block] = page('# A', '', '```sh expect="two words"', 'npm start', '```').blocks;
    expect(block).toMatchObject({ line: 3, info: 'sh expect="two words"', content: 'npm start' });
    expect(blockInfo(block!)).toEqual({ language: 'sh', words: [], attributes: { expect: 'two words' } });
  });

  it('lose the indent of a list', () => {
    expect(page('- a', '  ```sh', '  one', '    two', '  ```').blocks[0]!.content).toBe('one\n  two');
  });

  it('may hold shorter fences', () => {
    const { blocks } = page('````text', '```sh', 'x', '```', '````');
    expect(blocks.map(({ content }) => content)).toEqual(['```sh\nx\n```']);
  });

  it('that nothing closes are named', () => {
    expect(page('a', '```sh', 'x').unclosed).toEqual([2]);
  });

  it.each([
    ['bash', 'says bash; write sh'],
    ['sh loud', 'has the word loud'],
    ['sh expects="x"', 'has the word expects'],
    ['sh timeout=soon', 'expected seconds'],
    ['typescript', 'says typescript; write ts'],
  ])('that say %s are refused', (info, what) => {
    expect(infoTrouble(blockInfo({ info }))).toContain(what);
  });

  it.each(['sh', 'sh manual', 'sh background expect="Running."', 'sh fails timeout=900', 'ts a/b.ts#c', 'text', ''])(
    'may say %j',
    (info) => expect(infoTrouble(blockInfo({ info }))).toBeUndefined(),
  );
});

describe('headings', () => {
  it.each([
    ['Which broker', 'which-broker'],
    ["2. Nest's buses, with another engine", '2-nests-buses-with-another-engine'],
    ['An aggregate: given … when … then', 'an-aggregate-given--when--then'],
    ['snake_case & Ümlaute', 'snake_case--ümlaute'],
  ])('%s is #%s', (text, slug) => expect(slugOf(text)).toBe(slug));

  it('count when they come again, and lose their markup', () => {
    const { headings } = page('# A `code`', '## Same', '## [Same](x.md)', '```', '# no heading', '```');
    expect(headings.map(({ slug }) => slug)).toEqual(['a-code', 'same', 'same-1']);
  });
});

describe('links', () => {
  it('are found with their line, also pictures, references and HTML', () => {
    const { links } = page('[a', 'b](one.md)', '![c](two.png "title")', '[d]: three.md', '<img src="four.svg">');
    expect(links.map(({ target, line }) => `${line} ${target}`).sort()).toEqual([
      '2 one.md',
      '3 two.png',
      '4 three.md',
      '5 four.svg',
    ]);
  });

  it('in code and in comments are none', () => {
    const { links } = page(
      '`[a](one.md)`',
      '``[`b`](two.md)``',
      '<!-- [c](three.md) -->',
      '```',
      '[d](four.md)',
      '```',
    );
    expect(links).toEqual([]);
  });
});
