// Loaded before a service: SIGUSR2 switches its tracer and its meter off, and on again.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { currentTracer, meter, useMeter, useTracer } = await import(
  pathToFileURL(resolve(process.env.BENCH_EVENT_STORE_CORE)).href
);
let kept;

process.on('SIGUSR2', () => {
  if (kept) {
    useTracer(kept.tracer);
    useMeter(kept.meter);
    kept = undefined;
    return;
  }
  kept = { tracer: currentTracer(), meter: meter() };
  if (!kept.tracer || !kept.meter) throw new Error('The service is not watched: there is nothing to switch off.');
  useTracer(undefined);
  useMeter(undefined);
});
