// `npm run sim`: thousands of runs of the engines under faults in virtual time, and planted bugs that the checker must catch: tools/sim/main.ts.
import { main } from './sim/main.js';

process.exitCode = await main(process.argv.slice(2));
