// Pages that are generated from the contexts say which there are: after one has come or gone they are written anew.
import { readFileSync } from 'node:fs';
import { runScript } from './run-script.js';

/** In a process of its own, which sees the sources as they are by now. A failure is said and no more: the files are written. */
export async function regenerateDocs(): Promise<void> {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  if (scripts['docs'] !== undefined && !(await runScript('docs')))
    console.log('`npm run docs` failed: mend what it says, and run it again.');
}
