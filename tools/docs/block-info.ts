// What stands after a fence: the language, words, and attributes like expect="Running.".
import type { Block } from './markdown.js';

export interface BlockInfo {
  readonly language: string;
  readonly words: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

export function blockInfo({ info }: Pick<Block, 'info'>): BlockInfo {
  const attributes: Record<string, string> = {};
  const words: string[] = [];
  for (const [text, name, quoted, bare] of info.matchAll(/([a-z-]+)=(?:"([^"]*)"|(\S+))|\S+/g)) {
    if (name === undefined) words.push(text);
    else attributes[name] = quoted ?? bare!;
  }
  const [language = '', ...rest] = words;
  return { language: language.toLowerCase(), words: rest, attributes };
}

const SHELL = new Set(['sh', 'bash', 'shell', 'zsh', 'console']);
const TYPESCRIPT = new Set(['ts', 'typescript', 'mts', 'cts', 'tsx']);
const SHELL_WORDS = new Set(['manual', 'background', 'fails']);
const SHELL_ATTRIBUTES = new Set(['expect', 'timeout']);

export const isShell = ({ language }: BlockInfo): boolean => SHELL.has(language);
export const isTypeScript = ({ language }: BlockInfo): boolean => TYPESCRIPT.has(language);

/** What is wrong with the info string itself; undefined when nothing is. */
export function infoTrouble(info: BlockInfo): string | undefined {
  if (isShell(info)) return shellTrouble(info);
  return isTypeScript(info) && info.language !== 'ts' ? `says ${info.language}; write ts` : undefined;
}

function shellTrouble({ language, words, attributes }: BlockInfo): string | undefined {
  if (language !== 'sh') return `says ${language}; write sh, so that its commands are run and checked`;
  const unknown = [
    ...words.filter((word) => !SHELL_WORDS.has(word)),
    ...Object.keys(attributes).filter((name) => !SHELL_ATTRIBUTES.has(name)),
  ];
  if (unknown.length > 0) {
    return `has the word ${unknown[0]}; after sh stand manual, background, fails, expect="text" or timeout=seconds`;
  }
  if (attributes.timeout !== undefined && !/^[1-9]\d{0,3}$/.test(attributes.timeout)) {
    return `has timeout=${attributes.timeout}; expected seconds from 1 to 9999`;
  }
  return undefined;
}
