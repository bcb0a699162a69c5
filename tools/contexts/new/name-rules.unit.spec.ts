import { describe, expect, it } from 'vitest';
import { assertNpmKeptNone } from '../npm-flags.js';
import { readNewContextArguments } from './arguments.js';
import { assertAggregateName, assertContextName } from './name-rules.js';

describe('the name of a context', () => {
  it.each(['shipping', 'returns-desk', 'a1', 'x'.repeat(30)])('may be %s', (name) =>
    expect(() => assertContextName(name)).not.toThrow(),
  );

  it.each([
    ['Shipping', /expected lower-case words .* Like: npm run new:context shipping$/],
    ['ReturnsDesk', /Like: npm run new:context returns-desk$/],
    ['returns_desk', /Like: npm run new:context returns-desk$/],
    ['2nd-hand', /Like: npm run new:context nd-hand$/],
    ['-', /Like: npm run new:context shipping$/],
    ['x', /2 to 30 characters/],
    ['x'.repeat(31), /2 to 30 characters/],
    ['a--b', /joined by '-'/],
    ['../evil', /Like: npm run new:context evil$/],
    ['größe', /lower-case words of letters and digits/],
    ['shipping-service', /every context's folder does already.*new:context shipping$/],
    ['kafka', /'kafka' is reserved: a part of this repository.*new:context kafka-desk$/],
    ['event-store', /is reserved/],
  ])('is not %s, and the refusal says why', (name, sentence) =>
    expect(() => assertContextName(name)).toThrow(sentence),
  );
});

describe('the name of an aggregate', () => {
  it.each(['shipment', 'return_case', 'table', 'user'])('may be %s', (name) =>
    expect(() => assertAggregateName(name)).not.toThrow(),
  );

  it.each([
    ['return-case', /a stream's category ends at the first '-'.*Like: --aggregate return_case$/],
    ['ReturnCase', /Like: --aggregate return_case$/],
    ['class', /is a word of TypeScript.*--aggregate class_file$/],
    ['map', /'map' would be the class Map, which JavaScript has already\. Like: --aggregate map_file$/],
    ['doc', /'doc' would answer at \/docs, and the platform answers it itself/],
    ['metric', /'metric' would answer at \/metrics, and it is kept for metrics/],
  ])('is not %s, and the refusal says why', (name, sentence) =>
    expect(() => assertAggregateName(name)).toThrow(sentence),
  );
});

describe('the command line', () => {
  it('takes a name and options', () => {
    const args = [
      'returns-desk',
      '--aggregate',
      'return_case',
      '--port=3010',
      '--hears',
      'OrderConfirmedV1',
      '--dry-run',
    ];
    expect(readNewContextArguments(args)).toEqual({
      name: 'returns-desk',
      aggregate: 'return_case',
      port: 3010,
      hears: 'OrderConfirmedV1',
      dryRun: true,
    });
    expect(readNewContextArguments(['shipping'])).toMatchObject({ name: 'shipping', dryRun: false });
    expect(readNewContextArguments(['--help'])).toBe('help');
  });

  it.each([
    [[], /Which name\?/],
    [['returns', 'desk'], /Expected one name, got 2: returns desk. Several words are joined by '-': returns-desk/],
    [['shipping', '--prot', '3010'], /Unknown option '--prot'.*--help/],
    [['shipping', '--port'], /'--port <value>' argument missing/],
    [['shipping', '--port', '80'], /--port 80: expected a whole number from 1024 to 65535/],
    [['shipping', '--port', '3e3'], /--port 3e3/],
  ])('%j is refused', (args, sentence) => {
    expect(() => readNewContextArguments(args)).toThrow(sentence);
  });

  it('is refused where npm has taken a part of it', () => {
    const options = ['aggregate', 'hears', 'port'];
    const line = 'npm run x -- --port 1';
    for (const kept of ['npm_config_port', 'npm_config_aggregate', 'npm_config_hears'])
      expect(() => assertNpmKeptNone(options, line, { [kept]: 'true' })).toThrow(
        /^npm kept --(aggregate|hears|port) for itself\. Options stand behind another --, like: npm run x -- --port 1$/,
      );
    expect(() => assertNpmKeptNone(options, line, { npm_config_user_agent: 'npm' })).not.toThrow();
  });
});
