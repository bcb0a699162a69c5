import { describe, expect, it } from 'vitest';
import { withoutElements, withoutProperty, withString } from './json-text.js';

const text = `{
  "root": "apps/a",
  "projects": {
    "a": { "type": "application" },
    "b": {
      "type": "library"
    }
  }
}
`;

describe('JSON that is changed as text', () => {
  it('loses a property, whichever, and keeps the format of all others', () => {
    const withoutA = withoutProperty(text, 'f', ['projects', 'a']);
    expect(withoutA).toBe(text.replace('    "a": { "type": "application" },\n', ''));
    expect(withoutProperty(text, 'f', ['projects', 'b'])).toBe(
      '{\n  "root": "apps/a",\n  "projects": {\n    "a": { "type": "application" }\n  }\n}\n',
    );
    expect(withoutProperty(withoutA, 'f', ['projects', 'b'])).toBe('{\n  "root": "apps/a",\n  "projects": {}\n}\n');
    expect(withoutProperty(text, 'f', ['projects', 'c'])).toBe(text);
    expect(withoutProperty(text, 'f', ['nothing', 'c'])).toBe(text);
  });

  it('loses elements of an array', () => {
    const list = '[\n  { "n": 1 },\n  { "n": 2 },\n  { "n": 3 }\n]\n';
    const without = (...numbers: number[]) =>
      withoutElements(list, 'f', (element) => numbers.includes((element as { n: number }).n));
    expect(without()).toBe(list);
    expect(without(2)).toBe('[\n  { "n": 1 },\n  { "n": 3 }\n]\n');
    expect(without(2, 3)).toBe('[\n  { "n": 1 }\n]\n');
    expect(without(1, 2, 3)).toBe('[]\n');
  });

  it('gets another string', () => {
    expect(withString(text, 'f', ['root'], 'apps')).toBe(text.replace('apps/a', 'apps'));
    expect(withString(text, 'f', ['projects', 'b', 'type'], 'x')).toContain('"type": "x"');
    expect(() => withString(text, 'f', ['projects'], 'x')).toThrow('f: expected a string at projects.');
  });

  it('is refused when it is none', () => {
    expect(() => withoutProperty('{', 'f', ['a'])).toThrow('f is no JSON: ');
    expect(() => withoutElements('{}', 'f', () => true)).toThrow('f: expected a JSON array.');
  });
});
