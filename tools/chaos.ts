// `npm run chaos`: kills, freezes and cuts the system of this repository under load, and certifies what came of it: tools/chaos/main.ts. It goes when its contexts go.
import { existsSync } from 'node:fs';

interface Chaos {
  /** What is left of the command line; the exit code. */
  main(args: readonly string[]): Promise<number>;
}

async function run(args: readonly string[]): Promise<number> {
  const file = new URL('chaos/main.ts', import.meta.url);
  if (!existsSync(file)) {
    throw new Error(
      'There is nothing to break: write tools/chaos/main.ts, whose `main(args)` returns the exit code and gets all services from ' +
        '`withThrowawaySystem` of tools/system/throwaway-system.ts.',
    );
  }
  const chaos = (await import(file.href)) as Chaos;
  return chaos.main(args);
}

run(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
