// Seeds, handed out in portions to workers that run side by side: whoever is done first takes more, and all end together.

export interface Portion {
  readonly from: number;
  readonly count: number;
}

/** `count` seeds from `from` on, so many at a time. Whoever shares the iterator shares the seeds. */
export function* portionsOf(from: number, count: number, most = count): Generator<Portion, void> {
  for (let done = 0; done < count; done += most) yield { from: from + done, count: Math.min(most, count - done) };
}
