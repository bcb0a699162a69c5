import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { treeOf } from '../../../test/support/small-tree.js';
import { findChromium } from './chromium.js';
import { checkDiagrams, diagramsOf } from './index.js';

const page = '# A\n\n```mermaid\nflowchart LR\n  a --> b\n```\n\n```text\nno diagram\n```\n';

describe('diagrams', () => {
  it('are found in every page, with their lines', () => {
    const found = diagramsOf(treeOf({ 'README.md': page, 'docs/b.md': '```mermaid\npie\n```' }));
    expect(found).toEqual([
      { file: 'README.md', line: 3, source: 'flowchart LR\n  a --> b' },
      { file: 'docs/b.md', line: 1, source: 'pie' },
    ]);
  });

  it('that nobody can draw are said, and are a failure only where they are required', async () => {
    const { root } = treeOf({ 'README.md': page });
    const said: string[] = [];
    vi.stubEnv('PATH', '/nowhere').stubEnv('CHROMIUM', '').stubEnv('DIAGRAMS', '');
    expect(await checkDiagrams(root, [], {}, (line) => said.push(line))).toEqual([]);
    expect(said[0]).toContain('1 diagrams were NOT drawn: no Chromium');
    vi.stubEnv('DIAGRAMS', 'required');
    await expect(checkDiagrams(root, [], {})).rejects.toThrow('NOT drawn');
    vi.unstubAllEnvs();
  });

  it('are drawn by the browser of CHROMIUM, else by one on the PATH', () => {
    const { root } = treeOf({ 'bin/chromium': '', 'bin/google-chrome': '' });
    chmodSync(join(root, 'bin', 'google-chrome'), 0o755);
    expect(findChromium({ CHROMIUM: '/x/chrome', PATH: '' })).toBe('/x/chrome');
    expect(findChromium({ PATH: `/nowhere:${join(root, 'bin')}` })).toBe(join(root, 'bin', 'google-chrome'));
    expect(findChromium({ PATH: '/nowhere' })).toBeUndefined();
  });
});
