// Contracts of contexts, libs/contracts/src/<name>.events.v1.ts (and .requests.v1.ts), and who uses them: one that another context imports outlives its own.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow, isBelow } from './files.js';

const FOLDER = 'libs/contracts/src';
/** Released forms of its messages, by the same names. */
const RELEASED = 'libs/contracts/released';

export interface ContractFiles {
  /** Contract, spec and releases of one context, all versions; a contract first. */
  readonly context: string;
  readonly files: readonly string[];
}

export function contractsOf(root: string): readonly ContractFiles[] {
  const byContext = new Map<string, string[]>();
  for (const file of [FOLDER, RELEASED].flatMap((folder) => filesBelow(root, folder))) {
    const context = /^([a-z][a-z0-9-]*)\.(?:events|requests)\.v\d+(?:\.unit\.spec)?\.(?:ts|json)$/.exec(
      basename(file),
    )?.[1];
    if (context !== undefined) byContext.set(context, [...(byContext.get(context) ?? []), file]);
  }
  return [...byContext].map(([context, files]) => ({ context, files }));
}

/** The first file outside libs/contracts and of what is `gone` that imports a name of the contract. */
export function userOf(root: string, contract: ContractFiles, gone: readonly string[]): string | undefined {
  const names = contract.files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => exportsOf(root, file));
  const readers = ['apps', 'libs', 'tools', 'test', 'examples'].flatMap((folder) => filesBelow(root, folder));
  return readers.find((file) => {
    if (!file.endsWith('.ts') || isBelow(file, [FOLDER, 'test/fixtures', ...gone])) return false;
    return importsFromContracts(readFileSync(join(root, file), 'utf8')).some((name) => names.includes(name));
  });
}

function exportsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^export (?:class|const|function|interface|type) (\w+)/gm)].map(([, name]) => name!);
}

function importsFromContracts(text: string): string[] {
  const imports = text.matchAll(
    /^(?:import|export)(?: type)? \{([^}]*)\} from '(?:@app\/contracts|[./]*libs\/contracts\/src\/[^']*)'/gm,
  );
  return [...imports].flatMap(([, names]) =>
    names!.split(',').map(
      (name) =>
        name
          .trim()
          .replace(/^type /, '')
          .split(' as ')[0]!,
    ),
  );
}
