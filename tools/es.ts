// `npm run es -- streams | show | tail | trace | parked | processes | projections | forget | doctor | verify | seal | migrate`: looking inside a running system. `npm run -s es -- --help` says more.
import { processIo } from './es/io.js';
import { main } from './es/program.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => (stopping.signal.aborted ? process.exit(130) : stopping.abort())); // the second time at once
}
// Whoever reads us has read enough, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

process.exitCode = await main(process.argv.slice(2), processIo(stopping.signal));
