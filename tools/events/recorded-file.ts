// Files that record what binds, in git so that a change shows: what was released of it, and the text that is written.
import * as prettier from 'prettier';
import { textAt, type Baseline } from './baseline.js';

/** As the baseline has it: an empty object where that has no such file, undefined where there is no repository. */
export function releasedIn(root: string, file: string, baseline: Baseline | undefined): object | undefined {
  if (!baseline) return undefined;
  const [commit] = baseline.commits;
  return commit === undefined ? {} : (JSON.parse(textAt(root, commit, file) ?? '{}') as object);
}

/** As prettier wants it, so that the check of formats agrees. */
export function recordedText(recorded: object): Promise<string> {
  return formatted(JSON.stringify(recorded, null, 2));
}

/** Name → list → values, each value on a line of its own and in ASCII: what nobody sees in an editor is written as an escape. */
export function recordedLists(recorded: Readonly<Record<string, object>>): Promise<string> {
  const lists = Object.entries(recorded).map(([name, of]) => {
    const lines = Object.entries(of).map(([list, values]) => {
      const items = (values as readonly unknown[]).map((value) => JSON.stringify(value)).join(',\n');
      return `${JSON.stringify(list)}: [\n${items}\n]`;
    });
    return `${JSON.stringify(name)}: {\n${lines.join(',\n')}\n}`;
  });
  return formatted(lists.length === 0 ? '{}' : `{\n${lists.join(',\n')}\n}`);
}

function formatted(text: string): Promise<string> {
  const escaped = text.replaceAll(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return prettier.format(escaped, { parser: 'json', printWidth: 120 });
}
