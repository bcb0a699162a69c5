// `npm run chaos`: kills, freezes and cuts the system of this repository under load, and certifies what came of it: tools/chaos/main.ts. It goes when its contexts go.
import { runMainOf } from './contexts/main-of.js';

await runMainOf(
  new URL('chaos/main.ts', import.meta.url),
  'There is nothing to break: write tools/chaos/main.ts, whose `main(args)` returns the exit code and gets all services from ' +
    '`withThrowawaySystem` of tools/system/throwaway-system.ts.',
);
