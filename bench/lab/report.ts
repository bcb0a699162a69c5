// A table for people, one line of JSON for programs.
import type { Standing } from './rounds.js';
import type { WorkResult } from './work.js';

/** One line as soon as it is known. */
export function describeResult({
  work,
  inFlight,
  goal,
  lessIsBetter = false,
  unit = '/s',
  standings,
  cpuMs = {},
  note,
}: WorkResult): string {
  const [raw, starter, ...peers] = standings as [Standing, Standing, ...Standing[]];
  const reached = (lessIsBetter ? starter.ratio <= goal : starter.ratio >= goal) ? 'reached' : 'NOT reached';
  const ours = `${times(starter.ratio)} (${times(starter.min)}–${times(starter.max)})`;
  const others = peers.map(({ name, ratio }) => `, ${name} ${times(ratio)}`).join('');
  const costs = Object.entries(cpuMs).map(([name, ms]) => `${name} ${ms.toPrecision(2)}`);
  const cpu = costs.length > 0 ? `; CPU in ms each: ${costs.join(', ')}` : '';
  return `${work.padEnd(14)} ${String(inFlight).padStart(4)} in flight: ${ours} of ${raw.name} (${raw.perSecond < 100 ? raw.perSecond.toFixed(2) : Math.round(raw.perSecond)}${unit}); goal ${lessIsBetter ? 'at most ' : ''}${times(goal)} ${reached}${others}${note === undefined ? '' : `; ${note}`}${cpu}`;
}

export function asJson(bench: string, results: readonly WorkResult[]): string {
  const row = ({ work, inFlight }: WorkResult, { ratio, min, max }: Standing) => ({
    work,
    inFlight,
    ratio: rounded(ratio),
    min: rounded(min),
    max: rounded(max),
  });
  const peers = results.flatMap((result) =>
    result.standings.slice(2).map((standing) => ({ name: standing.name, ...row(result, standing) })),
  );
  return JSON.stringify({
    bench,
    rows: results.map((result) => ({
      ...row(result, result.standings[1]!),
      ...(result.cpuMs && { cpuMs: roundedAll(result.cpuMs) }),
    })),
    ...(peers.length > 0 && { peers }),
  });
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}

function roundedAll(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, rounded(figure)]));
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}
