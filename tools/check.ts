// `npm run check [-- NAME …]`: everything that can be known without running the system, in under a minute.
import { availableParallelism } from 'node:os';
import { STEPS, type Step } from './checks/steps.js';

async function main(names: readonly string[]): Promise<void> {
  const queue = STEPS.filter(({ name }) => names.length === 0 || names.some((wanted) => name.includes(wanted)));
  if (queue.length === 0)
    throw new Error(`No check is called so; there are: ${STEPS.map(({ name }) => name).join(', ')}`);
  const start = Date.now();
  const results: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) results.push(await report(step));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  const failed = results.filter((passed) => !passed).length;
  console.log(`${results.length - failed} checks passed, ${failed} failed, ${Date.now() - start} ms`);
  if (failed > 0) process.exitCode = 1;
}

async function report({ name, run, about }: Step): Promise<boolean> {
  const start = Date.now();
  const problems = await run().catch((error: Error) => error.stack ?? String(error));
  const ms = `${Date.now() - start} ms`.padStart(9);
  console.log(`${problems === '' ? 'ok    ' : 'FAILED'} ${ms}  ${name}${about ? ` (${about()})` : ''}`);
  if (problems !== '') console.log(problems.replace(/^/gm, '       '));
  return problems === '';
}

await main(process.argv.slice(2));
