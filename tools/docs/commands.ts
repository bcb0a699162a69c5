// A command shown in a page names scripts, files and tools that exist: looked up here, without running anything.
import { blockInfo, infoTrouble, isShell, isTypeScript } from './block-info.js';
import type { Page } from './markdown.js';
import type { Problem } from './problem.js';
import { shellCommands } from './shell-words.js';
import type { Tree } from './tree.js';

/** What a reader has besides Node: pages keep to these. */
const TOOLS = new Set(
  (
    'npm npx node git docker curl psql kubectl cat ls cd cp mv rm mkdir touch echo printf grep sed awk head tail sort uniq wc tr cut ' +
    'diff find xargs tee date sleep kill ps true false test [ export set unset source . eval exit wait jobs env bash sh sudo apt-get brew'
  ).split(' '),
);
const KEYWORDS = new Set('if then elif else fi for while until do done case esac in function time ! { }'.split(' '));
const NPM_OWN = new Set(['ci', 'install', 'i', 'exec', 'outdated', 'audit', 'ls', 'pack', 'view', 'version']);
const NPM_SHORT = new Set(['start', 'test', 'stop', 'restart']);

export function checkCommands(tree: Tree, path: string, page: Page): Problem[] {
  const made = madeByThePage(page);
  return page.blocks.flatMap((block) => {
    const info = blockInfo(block);
    const trouble = infoTrouble(info);
    if (trouble !== undefined) return { file: path, line: block.line, what: `This block ${trouble}` };
    if (!isShell(info)) return [];
    return shellCommands(block.content).flatMap(({ words, line }) =>
      troublesOf(tree, words, made).map((what) => ({ file: path, line: block.line + line, what })),
    );
  });
}

/** What exists once the page has been followed so far as to need it: files the reader writes, contexts the reader makes. */
function madeByThePage({ blocks }: Page): (path: string) => boolean {
  const files = new Set<string>();
  const contexts: string[] = [];
  for (const block of blocks) {
    const info = blockInfo(block);
    if (isTypeScript(info) && info.attributes.file) files.add(info.attributes.file);
    for (const [, name] of block.content.matchAll(/\bnew:context (?:-- )?([a-z][a-z0-9-]*)/g)) contexts.push(name!);
  }
  return (path) => files.has(path) || contexts.some((name) => path.includes(name));
}

function troublesOf(tree: Tree, words: readonly string[], made: (path: string) => boolean): string[] {
  const [tool, ...args] = words.slice(words.findIndex((word) => !KEYWORDS.has(word) && !/^\w+=/.test(word)));
  if (tool === undefined || KEYWORDS.has(tool) || /^\w+=/.test(tool) || !settled(tool)) return [];
  const bad = toolTrouble(tree, tool, args, made);
  const lost = args.filter((arg) => namesFile(tree, arg) && !tree.exists(fileOf(arg)) && !made(fileOf(arg)));
  return [
    ...(bad === undefined ? [] : [bad]),
    ...lost.map((file) => `The command names ${file}, which does not exist`),
  ];
}

function toolTrouble(
  tree: Tree,
  tool: string,
  args: readonly string[],
  made: (path: string) => boolean,
): string | undefined {
  if (tool === 'npm') return npmTrouble(tree, args);
  if (tool === 'npx') return npxTrouble(tree, args);
  if (tool.includes('/')) {
    const exists = tree.exists(fileOf(tool)) || made(fileOf(tool)) || tool.startsWith('/');
    return exists ? undefined : `The command runs ${tool}, which does not exist`;
  }
  return TOOLS.has(tool)
    ? undefined
    : `The command runs ${tool}, which a reader may not have; pages keep to ${[...TOOLS].slice(0, 6).join(', ')} and the like (tools/docs/commands.ts lists them)`;
}

function npmTrouble(tree: Tree, args: readonly string[]): string | undefined {
  const [what, ...rest] = args.filter((arg) => !arg.startsWith('-'));
  if (what === undefined || NPM_OWN.has(what)) return undefined;
  const name = what === 'run' ? rest[0] : what;
  if (what !== 'run' && !NPM_SHORT.has(what)) return `npm has no command ${what}; a script is run by npm run ${what}`;
  if (name === undefined || !settled(name)) return undefined;
  const scripts = scriptsOf(tree);
  return scripts.includes(name) ? undefined : `package.json has no script ${name}; it has ${scripts.join(', ')}`;
}

function npxTrouble(tree: Tree, args: readonly string[]): string | undefined {
  const [name] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined || tree.exists(`node_modules/.bin/${name}`)) return undefined;
  return `npx ${name}: no package of this repository brings that command`;
}

export function scriptsOf(tree: Tree): string[] {
  const { scripts = {} } = JSON.parse(tree.read('package.json') ?? '{}') as { scripts?: Record<string, string> };
  return Object.keys(scripts);
}

/** No variable, no placeholder, no pattern. */
function settled(word: string): boolean {
  return !/[$<>*?{}…]/.test(word);
}

/** A path from the root of the repository: its first part is a folder there. */
function namesFile(tree: Tree, word: string): boolean {
  const [folder, rest] = fileOf(word).split(/\/(.*)/s);
  if (!rest || !settled(word) || /[\s:]/.test(word) || MADE_LATER.has(folder!)) return false;
  return tree.exists(folder!);
}

/** Folders that commands fill. */
const MADE_LATER = new Set(['data', 'dist', 'node_modules', 'coverage', '.cache']);

function fileOf(word: string): string {
  return word.replace(/^\.\//, '').replace(/\/$/, '');
}
