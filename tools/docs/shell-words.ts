// Splits a shell script into simple commands, as far as a check needs it: quotes, continued lines, pipes, $( … ), comments, here-documents.

export interface ShellCommand {
  readonly words: readonly string[];
  /** Of the script, from 1. */
  readonly line: number;
}

const OPERATORS = /^(?:&&|\|\||;;|[;|&\n])/;
const HERE = /<<-?\s*(['"]?)(\w+)\1/;

export function shellCommands(script: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const text = withoutHereDocuments(script);
  let words: string[] = [];
  let word: string | undefined;
  let line = 1;
  let startedAt = 1;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push({ words, line: startedAt });
    words = [];
  };
  const add = (part: string) => {
    if (word === undefined && words.length === 0) startedAt = line;
    word = (word ?? '') + part;
  };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const next = pieceOf(rest, word === undefined);
    if (next.kind === 'space') endWord();
    else if (next.kind === 'operator') endCommand();
    else if (next.kind === 'text') add(next.text);
    for (const inner of next.scripts ?? []) {
      commands.push(...shellCommands(inner).map((command) => ({ ...command, line: command.line + line - 1 })));
    }
    line += rest.slice(0, next.length).split('\n').length - 1;
    at += next.length;
  }
  endCommand();
  return commands;
}

interface Piece {
  readonly kind: 'space' | 'operator' | 'text' | 'comment';
  readonly length: number;
  readonly text: string;
  /** Commands inside: `$( … )`. */
  readonly scripts?: readonly string[];
}

function pieceOf(rest: string, atWordStart: boolean): Piece {
  if (rest.startsWith('\\\n')) return piece('space', 2);
  const redirect = /^\d?[<>]&?\d?-?/.exec(rest)?.[0];
  if (redirect && (atWordStart || !/^\d/.test(rest))) return piece('space', skipTarget(rest, redirect));
  const operator = OPERATORS.exec(rest)?.[0];
  if (operator) return piece('operator', operator.length);
  const space = /^[^\S\n]+/.exec(rest)?.[0];
  if (space) return piece('space', space.length);
  if (atWordStart && rest.startsWith('#')) return piece('comment', /^[^\n]*/.exec(rest)![0].length);
  const single = /^'([^']*)'/.exec(rest);
  if (single) return piece('text', single[0].length, single[1]);
  const double = /^"((?:\\[\s\S]|[^"\\])*)"/.exec(rest);
  if (double) return piece('text', double[0].length, double[1], substitutions(double[1]!));
  if (rest.startsWith('$(')) {
    const length = closingParenthesis(rest);
    return piece('text', length, '$()', [rest.slice(2, length - 1)]);
  }
  if (/^[(){}]/.test(rest) && atWordStart) return piece('operator', 1);
  if (rest.startsWith(')')) return piece('operator', 1);
  return piece('text', 1, rest[0]);
}

function piece(kind: Piece['kind'], length: number, text = '', scripts?: readonly string[]): Piece {
  return { kind, length, text, scripts };
}

/** A redirection with the file it names. */
function skipTarget(rest: string, redirect: string): number {
  if (/[&]\d?-?$/.test(redirect)) return redirect.length;
  return redirect.length + /^>?\s*[^\s;|&]*/.exec(rest.slice(redirect.length))![0].length;
}

function substitutions(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf('$('); at !== -1; at = text.indexOf('$(', at + 1)) {
    const length = closingParenthesis(text.slice(at));
    found.push(text.slice(at + 2, at + length - 1));
  }
  return found;
}

function closingParenthesis(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Their lines are data; they stay as empty lines, so that line numbers hold. */
function withoutHereDocuments(script: string): string {
  const lines = script.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const word = HERE.exec(lines[at]!)?.[2];
    if (word === undefined) continue;
    lines[at] = lines[at]!.replace(HERE, '');
    for (at += 1; at < lines.length && lines[at]!.trim() !== word; at += 1) lines[at] = '';
    if (at < lines.length) lines[at] = '';
  }
  return lines.join('\n');
}
