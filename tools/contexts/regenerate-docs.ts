// Pages that are generated say which contexts and versions there are, and quote sources: after a tool has changed these, they are written anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript } from './run-script.js';

/** In a process of its own, which sees the sources as they are by now. A failure is said and no more: the files are written. */
export async function regenerateDocs(root: string): Promise<void> {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>;
  };
  if (scripts['docs'] !== undefined && !(await runScript(root, 'docs')))
    console.error('`npm run docs` failed: mend what it says, and run it again.');
}
