// What the doctor has to say about one thing.

export interface Finding {
  /** A `problem` needs somebody; a `note` is worth knowing. */
  readonly severity: 'problem' | 'note';
  /** Stable, for scripts: e.g. `subscription-behind`. */
  readonly code: string;
  /** What is wrong, what was expected, how to mend it. */
  readonly sentence: string;
}

export function problem(code: string, sentence: string): Finding {
  return { severity: 'problem', code, sentence };
}

export function note(code: string, sentence: string): Finding {
  return { severity: 'note', code, sentence };
}

/** `850 ms`, `12 s`, `5 min`, `3 h`, `4 days`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
