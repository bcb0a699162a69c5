// What comes out of a database goes to a terminal as text, never as commands to it, and never wider than it is.

export interface Look {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}

/** Width where there is no terminal to ask. */
const WIDE = 160;

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function lookOf(screen: Screen, environment: Readonly<Record<string, string | undefined>>): Look {
  const { NO_COLOR, TERM, COLUMNS } = environment;
  const columns = screen.columns ?? Number(COLUMNS);
  const width = Number.isInteger(columns) && columns >= 20 ? columns : WIDE;
  return { width, color: screen.isTTY === true && !NO_COLOR && TERM !== 'dumb' };
}

export type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const CODES: Readonly<Record<Color, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** On text that is safe and cut already. */
export function paint(look: Look, color: Color, text: string): string {
  return look.color ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
}

// Control characters (C0, DEL, C1), what is invisible, and what turns the direction of writing.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g; // oxlint-disable-line no-control-regex
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same text with everything a terminal might act on spelled out. */
export function safe(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? unicode(character));
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** JSON in which nothing plays with the terminal; bigints are strings. */
export function jsonText(value: unknown, space?: number): string {
  const text = JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one), space);
  return text.replaceAll(UNSAFE, (character) => (character === '\n' ? character : unicode(character)));
}

const WIDE_CHARACTER =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns that `text` takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    columns += WIDE_CHARACTER.test(character) ? 2 : 1;
  }
  return columns;
}

/** Cut with … where it is longer. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let columns = 0;
  for (const character of text) {
    const more = widthOf(character);
    if (columns + more > width - 1) break;
    kept += character;
    columns += more;
  }
  return `${kept}…`;
}

/** Long strings inside the value are cut; what still is too wide is cut at the edge of the terminal. */
export function prettyData(value: unknown, width: number): string[] {
  const shortened = JSON.parse(jsonText(value), (_key, one: unknown) =>
    typeof one === 'string' ? cut(one, LONGEST_VALUE) : one,
  ) as unknown;
  const line = jsonText(shortened);
  if (widthOf(line) <= width) return [line];
  const lines = jsonText(shortened, 2).split('\n');
  const kept = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
  return kept.map((one) => cut(one, width));
}

const LONGEST_VALUE = 200;
const MOST_LINES = 60;
