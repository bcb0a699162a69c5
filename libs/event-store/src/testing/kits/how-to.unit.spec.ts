import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../../../', import.meta.url);
const words = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

describe('docs/how-to/test-a-context.md', () => {
  it('shows only code of specs that run', async () => {
    const page = await readFile(new URL('docs/how-to/test-a-context.md', root), 'utf8');
    const blocks = [...page.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)];
    expect(blocks).toHaveLength(page.split('```ts').length - 1);
    expect(blocks.length).toBeGreaterThan(4);
    for (const [, file, code] of blocks)
      expect(words(await readFile(new URL(file!, root), 'utf8'))).toContain(words(code!));
  });
});
