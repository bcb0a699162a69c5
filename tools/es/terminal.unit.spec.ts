import { describe, expect, it } from 'vitest';
import { table } from './table.js';
import { cut, jsonText, lookOf, paint, prettyData, safe, widthOf } from './terminal.js';

const plain = { width: 40, color: false };

describe('text out of a database', () => {
  it.each([
    ['\u001b[2Jgone', '\\u001b[2Jgone'],
    ['\u009b31m', '\\u009b31m'],
    ['title\u0007', 'title\\u0007'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['Zoë 寿司 🍣', 'Zoë 寿司 🍣'],
  ])('%j cannot play with the terminal', (text, shown) => {
    expect(safe(text)).toBe(shown);
    expect(safe(shown)).toBe(shown);
  });

  it('is as safe in JSON, which stays JSON', () => {
    const value = { text: '\u001b[31m\u009b\u202e\u007f', position: 9_007_199_254_740_993n };
    const text = jsonText(value);
    expect(text).toBe('{"text":"\\u001b[31m\\u009b\\u202e\\u007f","position":"9007199254740993"}');
    expect(JSON.parse(text)).toEqual({ ...value, position: '9007199254740993' });
  });

  it('is cut by the columns it takes', () => {
    expect(widthOf('寿司')).toBe(4);
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('寿司寿司', 6)).toBe('寿司…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('has its long values shortened, and its lines no wider than the terminal', () => {
    const lines = prettyData({ note: 'x'.repeat(500), line: { quantity: 2 } }, 30);
    expect(lines.every((line) => widthOf(line) <= 30)).toBe(true);
    expect(lines.join('\n')).toContain('…');
    expect(prettyData({ a: 1 }, 30)).toEqual(['{"a":1}']);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'REF', of: (row: { ref: string }) => row.ref },
    { title: 'WHY', of: (row: { why: string }) => row.why, least: 6 },
    { title: 'N', of: (row: { n: number }) => row.n, align: 'right' as const },
  ];
  const rows = [{ ref: 'order-service/summary/events/17', why: 'because it is so', n: 7 }];

  it('keeps whole what is for copying, and cuts what may be cut', () => {
    const [head, line] = table({ width: 44, color: false }, columns, rows);
    expect(head).toBe('REF                              WHY       N');
    expect(line).toBe('order-service/summary/events/17  because…  7');
  });
});

describe('the look', () => {
  it('is that of the terminal; NO_COLOR and no terminal mean no colour', () => {
    expect(lookOf({ isTTY: true, columns: 80 }, {})).toEqual({ width: 80, color: true });
    expect(lookOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' }).color).toBe(false);
    expect(lookOf({ isTTY: true, columns: 80 }, { TERM: 'dumb' }).color).toBe(false);
    expect(lookOf({}, { COLUMNS: '70' })).toEqual({ width: 70, color: false });
    expect(paint(plain, 'red', 'x')).toBe('x');
    expect(paint({ ...plain, color: true }, 'red', 'x')).toBe('\u001b[31mx\u001b[0m');
  });
});
