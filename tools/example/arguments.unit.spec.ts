import { describe, expect, it } from 'vitest';
import { exampleUsage, parseExampleArguments } from './arguments.js';

const examples = { names: ['simple', 'rich'], takesArguments: (name: string) => name === 'rich' };
const parse = (...args: string[]) => parseExampleArguments(args, examples);

describe('the arguments of npm run example', () => {
  it('name the example to run', () => {
    expect(parse('simple')).toEqual({ run: 'simple' });
  });

  it('are passed on to an example that takes some, help included', () => {
    expect(parse('rich', '--broker', 'kafka')).toEqual({ run: 'rich' });
    expect(parse('rich', '--help')).toEqual({ run: 'rich' });
  });

  it('are refused for an example that takes none', () => {
    expect(parse('simple', '--broker', 'kafka')).toEqual({
      problem: 'The example simple takes no arguments, got --broker.',
    });
  });

  it.each([[['--help']], [['-h']], [['simple', '--help']]])('%j asks for help', (args) => {
    expect(parse(...args)).toEqual({});
  });

  it.each([
    [[], 'Which example?'],
    [['no-such'], 'There is no example no-such.'],
    [['../tools'], 'There is no example ../tools.'],
  ])('%j names no example', (args, problem) => {
    expect(parse(...args)).toEqual({ problem });
  });

  it('help lists the examples as they are typed', () => {
    expect(exampleUsage(examples.names)).toBe('The examples are:\n  npm run example simple\n  npm run example rich');
  });
});
