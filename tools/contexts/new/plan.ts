// Everything a new context will write, made in memory: nothing is written before all of it is known to work.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import type { NewContextArguments } from './arguments.js';
import { findMessage } from './consumed-message.js';
import { assertAggregateName, assertContextName } from './name-rules.js';
import { EDITS } from './registration.js';
import { assertFree, portFor } from './taken-names.js';
import { filesOf, type NewContext, type NewFile } from './template.js';
import { defaultAggregate, namesOf } from './words.js';

export interface Plan {
  readonly context: NewContext;
  readonly created: readonly NewFile[];
  readonly changed: readonly NewFile[];
}

/** @throws Error with the reason, when it cannot be had. Nothing has been written by then. */
export async function planContext(root: string, args: NewContextArguments, now = new Date()): Promise<Plan> {
  assertContextName(args.name);
  const aggregate = args.aggregate ?? defaultAggregate(args.name);
  assertAggregateName(aggregate);
  const names = namesOf(args.name, aggregate);
  assertFree(root, names);
  const port = portFor(root, args.port);
  const message = args.hears === undefined ? undefined : findMessage(root, args.hears);
  const context = { names, port, message, now };

  const changed = await editsOf(root, context);
  const created = await filesOf(root, context);
  return { context, created, changed };
}

async function editsOf(root: string, { names, message }: NewContext): Promise<NewFile[]> {
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  const edits = Object.entries(EDITS).map(async ([path, edit]) => {
    if (!existsSync(join(root, path)))
      throw new Error(`${path} is missing: a context is registered there. Is this the root of the repository?`);
    const text = readFileSync(join(root, path), 'utf8');
    const edited = edit(text, { names, ownRequests: message === undefined });
    const json = path.endsWith('.json');
    return { path, text: json ? await prettier.format(edited, { ...options, parser: 'json' }) : edited };
  });
  return Promise.all(edits);
}
