// As much of Markdown as the checks need: fenced blocks, headings, links, each with its line. Everything else is prose.

export interface Block {
  /** After the fence: `sh expect="Running."`. */
  readonly info: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** Index of the first line of the content, and of the closing fence, in the lines of the page. */
  readonly from: number;
  readonly to: number;
  /** Of the fence; the content has lost as much. */
  readonly indent: string;
  readonly content: string;
}

export interface Heading {
  readonly text: string;
  readonly level: number;
  readonly line: number;
  /** As GitHub makes it: what a link's `#…` names. */
  readonly slug: string;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Page {
  readonly lines: readonly string[];
  readonly blocks: readonly Block[];
  readonly headings: readonly Heading[];
  readonly links: readonly Link[];
  /** What a `#…` may name: headings, and ids written as HTML. */
  readonly anchors: ReadonlySet<string>;
  /** Lines of fences that nothing closes. */
  readonly unclosed: readonly number[];
}

export function parsePage(text: string): Page {
  const lines = text.split('\n');
  const { blocks, unclosed } = findBlocks(lines);
  const prose = withoutCode(lines, blocks);
  const headings = findHeadings(prose);
  const ids = [...prose.join('\n').matchAll(/<[a-z]+[^>]*\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id!);
  return {
    lines,
    blocks,
    headings,
    links: findLinks(prose.join('\n')),
    anchors: new Set([...headings.map(({ slug }) => slug), ...ids]),
    unclosed,
  };
}

function findBlocks(lines: readonly string[]): { blocks: Block[]; unclosed: number[] } {
  const blocks: Block[] = [];
  const unclosed: number[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const { indent, fence, info } = /^(?<indent> *)(?<fence>`{3,}|~{3,})(?<info>[^`]*)$/.exec(lines[at]!)?.groups ?? {};
    if (indent === undefined || fence === undefined) continue;
    const closing = new RegExp(`^ *${fence[0]}{${fence.length},} *$`);
    const to = lines.findIndex((line, index) => index > at && closing.test(line));
    if (to === -1) {
      unclosed.push(at + 1);
      break;
    }
    const content = lines
      .slice(at + 1, to)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
      .join('\n');
    blocks.push({ info: info!.trim(), line: at + 1, from: at + 1, to, indent, content });
    at = to;
  }
  return { blocks, unclosed };
}

/** The same lines, with blocks, code spans and comments blanked; headings keep their code, for it is part of their slug. */
function withoutCode(lines: readonly string[], blocks: readonly Block[]): string[] {
  const kept = [...lines];
  for (const { from, to } of blocks) kept.fill('', from - 1, to + 1);
  const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');
  return kept
    .join('\n')
    .replaceAll(/<!--[\s\S]*?-->/g, blank)
    .split(/^(#{1,6} .*)$/m)
    .map((part) => (/^#{1,6} /.test(part) ? part : part.replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, blank)))
    .join('')
    .split('\n');
}

function findHeadings(lines: readonly string[]): Heading[] {
  const seen = new Map<string, number>();
  return lines.flatMap((line, index) => {
    const { marks, title } = /^(?<marks>#{1,6}) +(?<title>.*?)(?: +#+)?$/.exec(line)?.groups ?? {};
    if (marks === undefined) return [];
    const text = plainText(title!);
    const slug = slugOf(text);
    const before = seen.get(slug);
    seen.set(slug, (before ?? 0) + 1);
    const unique = before === undefined ? slug : `${slug}-${before}`;
    return { text, level: marks.length, line: index + 1, slug: unique };
  });
}

/** A heading without its markup. */
function plainText(title: string): string {
  return title
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .trim();
}

/** GitHub's rule: lower case, blanks become dashes, and of the rest letters, digits, dashes and underscores stay. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

const INLINE = /\]\(\s*<?([^)\s>]*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g;
const REFERENCE = /^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/gm;
const HTML = /<(?:a|img|source)\b[^>]*\s(?:href|src|srcset)="([^"]*)"/g;

function findLinks(prose: string): Link[] {
  return [INLINE, REFERENCE, HTML].flatMap((pattern) =>
    [...prose.matchAll(pattern)].map((match) => ({
      target: match[1]!,
      line: prose.slice(0, match.index + match[0].indexOf(match[1]!)).split('\n').length,
    })),
  );
}
