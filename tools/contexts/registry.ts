// The bounded contexts of this repository. Nothing lists them by hand: a folder `apps/<name>-service` with a context.json is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContext, type Context } from './context.js';

export type { Context, ContextRequest } from './context.js';

const SUFFIX = '-service';

/** Of the repository in `root`, sorted by port. @throws Error naming the file that is wrong, and how to mend it. */
export function contexts(root = '.'): readonly Context[] {
  const apps = join(root, 'apps');
  const folders = existsSync(apps) ? readdirSync(apps).sort() : []; // git keeps no empty folder
  const found = folders.flatMap((folder) => {
    const file = join('apps', folder, 'context.json');
    if (!existsSync(join(root, file))) return []; // an app without one is no context: `nest g app` makes such
    if (!folder.endsWith(SUFFIX))
      throw new Error(`${file}: the folder of a context is called apps/<name>-service. Rename it, or remove the file.`);
    return readContext(folder.slice(0, -SUFFIX.length), readFileSync(join(root, file), 'utf8'), file);
  });
  found.sort((one, other) => one.port - other.port);
  for (const [index, { service, port }] of found.entries()) {
    const before = found[index - 1];
    if (before?.port === port)
      throw new Error(
        `apps/${service}/context.json: port ${port} is that of ${before.service}. Expected one of its own.`,
      );
  }
  return found;
}
