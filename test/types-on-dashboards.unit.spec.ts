// A dashboard that counts events by their types counts types that there are: of one that was renamed it would show nothing.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contexts } from '../tools/contexts/registry.js';
import { filesBelow } from '../tools/contexts/files.js';
import { queries, wrongIn, type Shown } from './support/observability.js';

const types = contexts().flatMap(({ service }) =>
  filesBelow('.', `apps/${service}/src/domain`).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/@Event\('([^']+)'/g)].map(([, type]) => type!),
  ),
);
const asking = queries.filter(([, expr]) => /\btype=/.test(expr));
const shown = (named: readonly string[]): Shown => ({
  labelsOf: () => ['type'],
  valuesOf: (_series, label) => (label === 'type' ? named : undefined),
});

describe('dashboards', () => {
  it.each(asking)('%s names types of events that the contexts have', (_where, expr) => {
    expect(wrongIn(expr, shown(types))).toEqual([]);
  });

  it('would be found out after one was renamed', () => {
    const renamed = types.map((type) => type.replace('.captured', '.taken'));
    expect(asking.flatMap(([, expr]) => wrongIn(expr, shown(renamed)))).toEqual([
      'event_store_events_appended_total has no type .+[.]captured',
    ]);
  });
});
