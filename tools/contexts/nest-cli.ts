// The context's project in nest-cli.json, and the default project, which must be one that there is.
import { withoutProperty, withString } from './json-text.js';
import type { Context } from './context.js';

const FILE = 'nest-cli.json';

/** Where the context was the default, the first of the others becomes it; without any, the folder of apps. */
export function withoutProject(text: string, { service }: Context, others: readonly Context[]): string {
  const left = withoutProperty(text, FILE, ['projects', service]);
  const { root } = JSON.parse(text) as { readonly root?: string };
  if (root !== `apps/${service}`) return left;
  const [next] = others;
  const folder = next ? `apps/${next.service}` : 'apps';
  const changes = [
    [['root'], folder],
    [['sourceRoot'], next ? `${folder}/src` : folder],
    [['compilerOptions', 'tsConfigPath'], next ? `${folder}/tsconfig.app.json` : 'tsconfig.json'],
  ] as const;
  return changes.reduce((changed, [path, value]) => withString(changed, FILE, path, value), left);
}
