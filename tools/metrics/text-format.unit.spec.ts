import { expect, it } from 'vitest';
import { samplesOf, sumOf, typesIn } from './text-format.js';

const TEXT = `# HELP waiting Calls that wait.
# TYPE waiting gauge
waiting{pool="a"} 2
waiting{pool="b c",of="say \\"x\\", {y}"} 3.5
waiting_total 9
# TYPE took histogram
took_bucket{le="+Inf"} 4
memory 1e3
`;

it('reads every series with its labels and its value', () => {
  expect(samplesOf(TEXT)).toContainEqual({
    name: 'waiting',
    labels: { pool: 'b c', of: 'say \\"x\\", {y}' },
    value: 3.5,
  });
  expect(samplesOf(TEXT)).toContainEqual({ name: 'took_bucket', labels: { le: '+Inf' }, value: 4 });
  expect([...typesIn(TEXT)]).toEqual([
    ['waiting', 'gauge'],
    ['took', 'histogram'],
  ]);
});

it('sums up all series of a metric, and no other metric of a longer name', () => {
  const samples = samplesOf(TEXT);
  expect(['waiting', 'memory', 'none'].map((name) => sumOf(samples, name))).toEqual([5.5, 1000, 0]);
});

it('refuses a line that is none of the format', () => {
  expect(() => samplesOf('<html>')).toThrow('Not a line of Prometheus');
});
