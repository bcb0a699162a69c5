// Contracts that were released and are in no file any more. They may go with their context, and not before.
import { existsSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { CONTRACTS, type Contract } from './contract-events.js';
import type { ReleasedBefore } from './released-before.js';
import { bindingReleases, WAY_OUT, type Releases } from './releases.js';

export interface GoneContract {
  /** Where its releases were recorded. */
  readonly file: string;
  readonly what: string;
}

export function goneContracts(
  root: string,
  { files, comparedWith, commit }: ReleasedBefore,
  now: { readonly found: readonly Contract[]; readonly withdrawn: Releases; readonly declared: ReadonlySet<string> },
): GoneContract[] {
  return [...files].flatMap(([file, before]) => {
    if (now.found.some(({ released }) => released === file)) return [];
    const source = posix.join(CONTRACTS, basename(file).replace(/\.json$/, '.ts'));
    if (!existsSync(join(root, source)) && isWithoutContext(root, file)) return [];
    const lost = Object.entries(bindingReleases(before, now.withdrawn)).flatMap(([type, forms]) =>
      forms.length === 0 || now.declared.has(type) ? [] : [type],
    );
    if (lost.length === 0) return [];
    const back = commit === undefined ? '' : `: git checkout ${commit.slice(0, 12)} -- ${source} ${file}`;
    const what =
      `${source} declares no messages any more, and others may publish or read ${lost.join(', ')} (compared with ${comparedWith}). Put it back${back}. ` +
      `A contract goes with its context: npm run remove:context. Without that keep it until nobody is left; ${WAY_OUT}`;
    return [{ file, what }];
  });
}

/** Its app has gone: nobody here publishes it. `npm run remove:context` looks whether anybody reads it. */
function isWithoutContext(root: string, file: string): boolean {
  const context = /^(.+?)\.(?:events|requests)\.v\d+\.json$/.exec(basename(file))?.[1];
  return context !== undefined && !existsSync(join(root, 'apps', `${context}-service`, 'context.json'));
}
