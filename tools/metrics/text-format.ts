// What a service shows to Prometheus, read from its text format.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error for a line that is none of the format. */
export function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (!name || !value) throw new Error(`Not a line of Prometheus' text format: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_0-9]+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key, of]) => [key!, of!] as const,
      );
      return { name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) };
    });
}

/** By their names, without the endings of a histogram's series: what `# TYPE` says they are, also of those that have no series yet. */
export function typesIn(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
}

/** Of all series of a metric; 0 where there is none. */
export function sumOf(samples: readonly Sample[], name: string): number {
  return samples.reduce((sum, one) => (one.name === name ? sum + one.value : sum), 0);
}
