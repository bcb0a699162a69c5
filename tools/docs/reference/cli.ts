// docs/reference/cli.md: what can be typed, from package.json, the first lines of the tools, and the help that `es` gives itself.
import ts from 'typescript';
import type { Tree } from '../tree.js';
import type { CommandHelp } from './es-help.js';
import { code, generatedPage, prose, table } from './page.js';
import { find, parseSource, textOf } from './services.js';

export function cliPage(tree: Tree, esHelp: readonly CommandHelp[]): string {
  const { scripts = {} } = JSON.parse(tree.read('package.json') ?? '{}') as { scripts?: Record<string, string> };
  const tools = Object.entries(scripts).map(([name, command]) => toolOf(tree, name, command));
  const usages = tools.flatMap(({ name, usage }) => (usage === undefined ? [] : `### ${name}\n\n${fenced(usage)}`));
  return generatedPage(
    'Commands',
    'Options come after a lone `--`: `npm run demo -- --orders 100`. Unknown options are refused.',
    table(
      ['command', 'does'],
      tools.map(({ typed, does }) => [code(typed), prose(does)]),
    ),
    ...(usages.length > 0 ? ['## Options', ...usages] : []),
    '## npm run es',
    'Looks inside a running system. `-s` keeps npm’s own lines away: `npm run -s es -- doctor`.',
    ...esHelp.flatMap(({ command, help }) => [...(command === '' ? [] : [`### es ${command}`]), fenced(help)]),
  );
}

interface Tool {
  readonly name: string;
  /** As it is typed, with its options. */
  readonly typed: string;
  readonly does: string;
  readonly usage?: string;
}

function toolOf(tree: Tree, name: string, command: string): Tool {
  const short = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
  const file = /\btools\/[\w/-]+\.ts\b/.exec(command)?.[0];
  if (file === undefined) return { name: short, typed: short, does: code(command) };
  const comment = firstComment(tree.read(file) ?? '');
  const { typed, does } = /^`?(?<typed>npm (?:run |start|test)[^`:]*)`?: (?<does>.*)$/s.exec(comment)?.groups ?? {};
  return {
    name: short,
    typed: typed ?? short,
    does: (does ?? comment).replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    usage: usageOf(tree, file),
  };
}

function firstComment(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join(' ');
}

/** A constant USAGE or HELP of the tool, or of the files of its folder, where it is a plain text. */
function usageOf(tree: Tree, file: string): string | undefined {
  const folder = file.replace(/\.ts$/, '');
  for (const path of [file, ...tree.files(folder, '.ts').filter((name) => !name.endsWith('.spec.ts'))]) {
    const found = find(parseSource(tree, path), (node): node is ts.VariableDeclaration => {
      return ts.isVariableDeclaration(node) && /^(USAGE|HELP|usage|help)$/.test(node.name.getText());
    });
    const text = textOf(found?.initializer);
    if (text !== undefined) return text.trim();
  }
  return undefined;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
