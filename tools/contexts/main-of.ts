// Commands that go when their contexts go: the file with their `main` may be missing, and a clone without contexts is told how to have one.
import { existsSync } from 'node:fs';

interface Main {
  /** What is left of the command line; the exit code. */
  main(args: readonly string[]): Promise<number>;
}

/** Runs the `main` of `file`, and ends the process with its exit code. `missing` is said where there is none. */
export async function runMainOf(file: URL, missing: string): Promise<void> {
  try {
    if (!existsSync(file)) throw new Error(missing);
    const command = (await import(file.href)) as Main;
    process.exitCode = await command.main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
