import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countHits, writeSettings } from './aim.js';
import { emptyPhases, phasesText, readReport } from './report.js';

const exchange = (method: string, path: string, status?: number) => ({
  request: { method, uri: `http://127.0.0.1:1234${path}`, headers: {} },
  ...(status !== undefined && { response: { status_code: status, headers: {} } }),
});
const scenario = (phase: string, ...exchanges: object[]) => ({
  ScenarioFinished: {
    phase,
    status: 'success',
    recorder: { label: 'any', interactions: Object.fromEntries(exchanges.entries()) },
  },
});
const refund = { what: 'a refund', service: 's', role: 'r', method: 'POST', path: /^\/payments\/[^/]+\/refund$/ };

describe('the report of Schemathesis', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fuzz-report-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const read = async (...lines: object[]) => {
    const file = join(folder, 'report.ndjson');
    await writeFile(file, lines.map((line) => JSON.stringify(line) + '\n').join(''));
    return readReport(file);
  };

  it('says how many requests each phase made, and which made none', async () => {
    const exchanges = await read(
      { Initialize: { seed: 1 } },
      scenario('examples', exchange('GET', '/payments/1', 404)),
      { ScenarioFinished: { phase: 'coverage', status: 'skip', recorder: { label: 'skipped' } } },
      scenario('fuzzing', exchange('GET', '/payments/1', 404), exchange('GET', '/payments/2')),
      { PhaseFinished: { phase: { name: 'stateful' }, status: 'skip' } },
    );
    expect(phasesText(exchanges)).toBe('examples 1, coverage 0, fuzzing 2, stateful 0');
    expect(emptyPhases(exchanges)).toEqual(['coverage', 'stateful']);
  });

  it('that was never written had no request at all', async () => {
    expect(emptyPhases(await readReport(join(folder, 'none')))).toHaveLength(4);
  });

  it('says whether what requests aim at was done: by the method, on the path, with an answer of 2xx', async () => {
    const exchanges = await read(
      scenario(
        'stateful',
        exchange('POST', '/payments/1/refund', 409),
        exchange('POST', '/payments/1/refund?why', 200),
        exchange('GET', '/payments/1/refund', 200),
        exchange('POST', '/payments/1/refund'),
        exchange('POST', '/payments/1/refund/refund', 200),
      ),
    );
    expect(countHits(refund, exchanges)).toBe(1);
  });

  it('comes of settings with the ids of what is there, and without any where nothing is', async () => {
    const file = join(folder, 'settings.toml');
    await writeSettings(file, ['a', 'b']);
    expect(await readFile(file, 'utf8')).toMatch(/\[checks\][^]*values = \["a","b"\]/);
    await writeSettings(file, []);
    expect(await readFile(file, 'utf8')).toMatch(/\[checks\](?![^]*\[dictionaries)/);
  });
});
