// What `npm run sim` can be told, checked before anything starts.
import { readArguments, wholeNumber } from '../text/arguments.js';
import { mutants } from './mutants.js';

const DEFAULT_SCHEDULES = 10_000;
const MAX_SCHEDULES = 10_000_000;
const MAX_SEED = 2 ** 32 - 1;
const USAGE = 'npm run sim [-- --schedules N --from N --json | --seed N [--calls] | --mutant NAME]';

export interface SimArguments {
  /** How many runs. */
  readonly schedules: number;
  /** Seed of the first; the others follow. */
  readonly from: number;
  /** Replay this one only. */
  readonly seed: number | undefined;
  /** With this bug planted. */
  readonly mutant: string | undefined;
  /** Tell every single call too. */
  readonly calls: boolean;
  /** One line of JSON on stdout, everything else on stderr. */
  readonly json: boolean;
}

/** @throws Error with one sentence for whoever typed it. */
export function parseSimArguments(args: readonly string[]): SimArguments {
  const { seed, schedules, from, mutant, calls, json } = parse(args);
  if (seed !== undefined && (schedules !== undefined || from !== undefined || json))
    throw new Error(`--seed replays one run: leave out --schedules, --from and --json. Usage: ${USAGE}`);
  if (mutant !== undefined && [seed, schedules, from].some((other) => other !== undefined))
    throw new Error(`--mutant looks for one bug: leave out --seed, --schedules and --from. Usage: ${USAGE}`);
  if (mutant !== undefined && !mutants.some(({ key }) => key === mutant))
    throw new Error(`--mutant ${mutant}: expected one of ${mutants.map(({ key }) => key).join(', ')}.`);
  if (calls && seed === undefined) throw new Error(`--calls goes with --seed. Usage: ${USAGE}`);
  return {
    schedules: wholeNumber('--schedules', schedules ?? String(DEFAULT_SCHEDULES), 1, MAX_SCHEDULES),
    from: wholeNumber('--from', from ?? '1', 0, MAX_SEED - MAX_SCHEDULES),
    seed: seed === undefined ? undefined : wholeNumber('--seed', seed, 0, MAX_SEED),
    mutant,
    calls,
    json,
  };
}

function parse(args: readonly string[]) {
  const options = {
    seed: { type: 'string' },
    schedules: { type: 'string' },
    from: { type: 'string' },
    mutant: { type: 'string' },
    calls: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  } as const;
  return readArguments({ args: [...args], options }, ` Usage: ${USAGE}`).values;
}
