import { describe, expect, it } from 'vitest';
import { shellCommands } from './shell-words.js';

const words = (script: string) => shellCommands(script).map((command) => command.words.join(' '));

describe('a script is split into commands', () => {
  it.each([
    ['npm ci && npm start', ['npm ci', 'npm start']],
    ['npm start   # everything', ['npm start']],
    ['a | b; c & d || e', ['a', 'b', 'c', 'd', 'e']],
    ['curl -d \'{"a": 1}\' "$URL/x y"', ['curl -d {"a": 1} $URL/x y']],
    ['one \\\n  two', ['one two']],
    ['TOKEN=$(npm run -s token -- --user bob)', ['npm run -s token -- --user bob', 'TOKEN=$()']],
    ['echo "id $(jq .id x)"', ['jq .id x', 'echo id $(jq .id x)']],
    ['node a.js > out.txt 2>&1 < in', ['node a.js']],
    ['cat <<END > file\nnot a command\nEND\nls', ['cat', 'ls']],
    ['if true; then ls; fi', ['if true', 'then ls', 'fi']],
    ['echo "#" it\\\'s', ["echo # it\\'s"]],
  ])('%j', (script, expected) => expect(words(script)).toEqual(expected));

  it('knows the line of each', () => {
    const script = 'one \\\n  two\n\nthree "a\nb"\nfour $(\nfive)';
    expect(shellCommands(script).map(({ line, words: [first] }) => `${line} ${first}`)).toEqual([
      '1 one',
      '4 three',
      '7 five',
      '6 four',
    ]);
  });
});
