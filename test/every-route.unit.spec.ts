// No context is without a spec that walks over its routes; the walks themselves are in those specs, on a running service.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contexts } from '../tools/contexts/registry.js';

const walks = [
  'expectClosedDoors(service',
  'expectNothingForOthers(service,',
  'undocumented(describeApi(',
  'hiddenRoutes(service.app,',
];

/** What runs of it: a walk that is commented out, or skipped, is none. */
const code = (text: string): string =>
  text
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/\b(?:it|describe)\.(?:\w+\.)*(?:skip|todo|skipIf|runIf|fails)\b[^]*/g, '');

describe('each context', () => {
  it.each([...contexts().map(({ service }) => join('apps', service)), join('templates', 'context')])(
    '%s has a spec that asks at all of its routes without a token, in the wrong role and as somebody else',
    (folder) => {
      const specs = readdirSync(join(folder, 'src')).filter((name) => name.endsWith('.e2e.spec.ts'));
      const text = specs.map((name) => code(readFileSync(join(folder, 'src', name), 'utf8'))).join('\n');
      expect(walks.filter((walk) => !text.includes(walk))).toEqual([]);
    },
  );

  it.each([
    '// await WALK',
    '/*\n await WALK\n*/',
    'wait(); // WALK',
    "it.skip('…', () => WALK)",
    "describe.skipIf(true)('…', () => WALK)",
    "it.concurrent.runIf(false)('…', () => WALK)",
  ])('has none by this alone: %j', (text) => expect(code(text.replace('WALK', walks[0]!))).not.toContain(walks[0]));
});
