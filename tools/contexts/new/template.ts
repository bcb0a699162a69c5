// The files of a new context, made from those in ./templates: put in their places, under their names, formatted.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import prettier from 'prettier';
import type { ConsumedMessage } from './consumed-message.js';
import { hearInstead } from './hear-instead.js';
import { clashIn } from './scope.js';
import { substitute } from './substitute.js';
import { tidyImports } from './tidy-imports.js';
import type { Names } from './words.js';

export interface NewContext {
  readonly names: Names;
  readonly port: number;
  /** Undefined: it hears a message of its own, which others send. */
  readonly message?: ConsumedMessage;
  /** Names its migration. */
  readonly now: Date;
}

export interface NewFile {
  readonly path: string;
  readonly text: string;
}

const TEMPLATES = 'templates';
/** Others stay as they are, as .prettierignore says. */
const PARSERS = new Map([
  ['.ts', 'typescript'],
  ['.json', 'json'],
]);
/** Port and time as the template has them. */
const TEMPLATE_PORT = '"port": 3999';
const TEMPLATE_TIME = /1764200000001/g;

/** @throws Error when the names would clash with others in the code, or a file is there. */
export async function filesOf(root: string, context: NewContext): Promise<NewFile[]> {
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  const sources = sourcesOf(root, context.message !== undefined);
  for (const { source, text } of sources) {
    const clash = source.endsWith('.ts') ? clashIn(source, text, context.names) : undefined;
    if (clash !== undefined)
      throw new Error(
        `The aggregate '${context.names.aggregate.snake}' does not fit: ${clash} is a name in the generated code already. Choose another, like --aggregate ${context.names.aggregate.snake}_file`,
      );
  }
  const there = sources.map(({ target }) => renamed(target, context)).filter((path) => existsSync(join(root, path)));
  if (there.length > 0)
    throw new Error(`The name '${context.names.context.kebab}' is taken: there is ${there.join(', ')}.`);
  const files = await Promise.all(
    sources.map(async ({ source, target, text }) => {
      const path = renamed(target, context);
      const content = renamed(placed(source, hearInstead(source, text, context.message)), context);
      const parser = PARSERS.get(extname(path));
      const tidy = parser === 'typescript' ? tidyImports(content) : content;
      return { path, text: parser ? await prettier.format(tidy, { ...options, parser }) : tidy };
    }),
  );
  return files.sort((one, other) => one.path.localeCompare(other.path, 'en'));
}

function renamed(text: string, { names, port, now }: NewContext): string {
  return substitute(text, names)
    .replaceAll(TEMPLATE_TIME, String(now.getTime()))
    .replace(TEMPLATE_PORT, `"port": ${port}`);
}

/** The imports and links that point elsewhere once a file stands in its place. */
function placed(source: string, text: string): string {
  if (source.startsWith('contracts/'))
    return text.replaceAll(`'@app/contracts'`, `'./fields.js'`).replaceAll(`'../../test/`, `'../../../test/`);
  if (source.startsWith('docs/')) return text.replaceAll('](../context/', '](../../apps/freight-depot-service/');
  return text.replaceAll(
    /import \{([^}]*)\} from '(?:\.\.\/)+contracts\/index\.js';/g,
    (_, names: string) => `import {${names}} from '@app/contracts';`,
  );
}

interface Source {
  /** Below ./templates. */
  readonly source: string;
  /** Where it goes, under the template's names. */
  readonly target: string;
  readonly text: string;
}

function sourcesOf(root: string, hearsAnother: boolean): Source[] {
  const files = readdirSync(join(root, TEMPLATES), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(root, TEMPLATES).length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  return files.flatMap((source) => {
    const target = targetOf(source, hearsAnother);
    return target === undefined ? [] : [{ source, target, text: readFileSync(join(root, TEMPLATES, source), 'utf8') }];
  });
}

function targetOf(source: string, hearsAnother: boolean): string | undefined {
  const [room, ...rest] = source.split('/');
  const name = rest.join('/');
  if (room === 'context') return `apps/freight-depot-service/${name}`;
  if (room === 'docs') return `docs/reference/${name}`;
  if (room !== 'contracts' || name === 'index.ts') return undefined; // it stands for @app/contracts
  return hearsAnother && name.includes('.requests.') ? undefined : `libs/contracts/src/${name}`;
}
