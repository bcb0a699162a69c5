// The text that changes with the project's name, description and scope. Nothing is written here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { titleOf } from './names.js';
import { scopeWord, type Project } from './project.js';

export interface Identity {
  readonly name: string;
  readonly description: string;
  readonly scope: string;
}

/** What tells the next run how the project is called. */
const MEMORY = ['tsconfig.json', 'package.json'];

/** File → new text; those last that say that all the others are done. */
export function identityEdits(project: Project, wanted: Identity): Map<string, string> {
  const { root, texts } = project;
  const edits = new Map<string, string>();
  const now = (file: string): string | undefined => edits.get(file) ?? texts.get(file);
  const edit = (file: string, change: (text: string) => string): void => {
    const before = now(file);
    if (before === undefined) return;
    const after = change(before);
    if (after !== before) edits.set(file, after);
  };

  if (wanted.scope !== project.scope) {
    const word = new RegExp(scopeWord(project.scope), 'g');
    for (const file of texts.keys()) edit(file, (text) => text.replace(word, `@${wanted.scope}`));
  }
  if (wanted.name !== project.name) {
    edit('README.md', (text) => text.replace(/^# .*/, () => `# ${titleOf(wanted.name)}`));
    const lockFile = readIfThere(join(root, 'package-lock.json'));
    if (lockFile !== undefined) edits.set('package-lock.json', renamedLock(lockFile, wanted.name));
  }
  edit('package.json', (text) =>
    withField(
      withField(text, 'name', project.name, wanted.name),
      'description',
      project.description,
      wanted.description,
    ),
  );
  for (const file of MEMORY) {
    const text = edits.get(file);
    if (text !== undefined && edits.delete(file)) edits.set(file, text);
  }
  return edits;
}

/** By text, because a rewritten JSON would lose how it is laid out. @throws Error when it is written in an unknown way */
function withField(text: string, field: string, before: string, after: string): string {
  if (before === after) return text;
  const pattern = new RegExp(`^(\\s*"${field}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'm');
  if (!pattern.test(text))
    throw new Error(`package.json: expected a line "${field}": "…", found none. Write one, then try again.`);
  return text.replace(pattern, (_, key: string) => `${key}${JSON.stringify(after)}`);
}

/** Its name stands at the top, and once more in the entry of the project itself. */
function renamedLock(text: string, name: string): string {
  const value = JSON.stringify(name);
  return text
    .replace(/^(\s*"name":\s*)"[^"]*"/m, (_, key: string) => key + value)
    .replace(/("":\s*\{\s*"name":\s*)"[^"]*"/, (_, key: string) => key + value);
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
