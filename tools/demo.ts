// `npm run demo`: plays the story of this system's contexts, where there is one: tools/demo/main.ts. It goes when its contexts go.
import { existsSync } from 'node:fs';

interface Story {
  /** What is left of the command line; the exit code. */
  main(args: readonly string[]): Promise<number>;
}

async function play(args: readonly string[]): Promise<number> {
  const file = new URL('demo/main.ts', import.meta.url);
  if (!existsSync(file)) {
    throw new Error(
      'There is no story to play: write tools/demo/main.ts, whose `main(args)` returns the exit code and gets all services from ' +
        '`withThrowawaySystem` of tools/system/throwaway-system.ts.',
    );
  }
  const story = (await import(file.href)) as Story;
  return story.main(args);
}

play(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
