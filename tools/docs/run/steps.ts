// What a page asks its reader to do, in order: type commands, write code.
import { blockInfo, isShell, isTypeScript } from '../block-info.js';
import type { Page } from '../markdown.js';

export interface ShellStep {
  readonly kind: 'shell';
  readonly line: number;
  readonly script: string;
  /** It runs beside the others, until the end of the page. */
  readonly background: boolean;
  /** Its last command has to fail. */
  readonly fails: boolean;
  /** What has to be printed. */
  readonly expect?: string;
  readonly timeoutMs: number;
}

export interface CodeStep {
  readonly kind: 'code';
  readonly line: number;
  readonly file: string;
  readonly code: string;
  /** After the line that contains this text; else the whole file is replaced. */
  readonly insertAfter?: string;
  /** Instead of the line that contains this text. */
  readonly replace?: string;
}

export type Step = ShellStep | CodeStep;

/** Long enough for npm ci on a slow line; a block that needs more says timeout=seconds. */
const DEFAULT_TIMEOUT_SECONDS = 300;

export function stepsOf({ blocks }: Page): Step[] {
  return blocks.flatMap((block): Step[] => {
    const info = blockInfo(block);
    const { words, attributes } = info;
    const { line, content } = block;
    if (isTypeScript(info) && attributes.file !== undefined) {
      const { file, replace } = attributes;
      return [{ kind: 'code', line, file, code: content, insertAfter: attributes['insert-after'], replace }];
    }
    if (!isShell(info) || words.includes('manual')) return [];
    return [
      {
        kind: 'shell',
        line,
        script: content,
        background: words.includes('background'),
        fails: words.includes('fails'),
        expect: attributes.expect,
        timeoutMs: Number(attributes.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
      },
    ];
  });
}

/** Code alone is nothing to run. */
export function isRunnable(steps: readonly Step[]): boolean {
  return steps.some(({ kind }) => kind === 'shell');
}
