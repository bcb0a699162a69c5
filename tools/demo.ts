// `npm run demo`: plays the story of this system's contexts, where there is one: tools/demo/main.ts. It goes when its contexts go.
import { runMainOf } from './contexts/main-of.js';

await runMainOf(
  new URL('demo/main.ts', import.meta.url),
  'There is no story to play: write tools/demo/main.ts, whose `main(args)` returns the exit code and gets all services from ' +
    '`withThrowawaySystem` of tools/system/throwaway-system.ts.',
);
