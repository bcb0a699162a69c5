// What the command lines of all tools have in common: options that nobody knows are refused in one sentence, and so are numbers out of range.
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** `parseArgs` of Node. @throws Error its first sentence and `hint`, which says how the tool is used. */
export function readArguments<C extends ParseArgsConfig>(config: C, hint: string): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}.${hint}`, { cause: error });
  }
}

/** @throws Error one sentence, where `text` is none from `min` to `max` in digits alone, without leading zeros. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${option} ${text}: expected a whole number from ${min} to ${max}.`);
}
