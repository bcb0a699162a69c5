// Has everybody been told of those who were forgotten?
import type { ContextFacts } from '../context-facts.js';
import { problem, type Finding } from './finding.js';

/** Whoever destroys the key of a subject waits for seconds before it tells of it; in milliseconds. */
const TOLD_WITHIN_MS = 300_000;
/** So many are looked for: each has to be forgotten again by hand. */
const COUNTED = 100;

export async function checkForgotten(context: string, facts: Pick<ContextFacts, 'untoldSubjects'>): Promise<Finding[]> {
  const untold = await facts.untoldSubjects(TOLD_WITHIN_MS, COUNTED);
  if (untold.length === 0) return [];
  const who = untold.length === 1 ? `${untold[0]}` : `${untold[0]} and ${untold.length - 1} more`;
  return [
    problem(
      'forget-unfinished',
      `What forgot ${who} ended between its steps: the key is destroyed, and no subject.forgotten tells the read models to erase what they hold in plain text. ` +
        `Repeat it for each: npm run es -- forget ${untold[0]} --context ${context} --reason '…'.`,
    ),
  ];
}
