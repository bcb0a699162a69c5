// A page is followed in a real shell, in a real clone of a small repository.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { parsePage } from '../markdown.js';
import { runPage } from './run-page.js';
import { stepsOf } from './steps.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-small-'));
  writeFileSync(join(root, 'hello.ts'), 'one\ntwo\n');
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  execFileSync('git', ['add', '--all'], { cwd: root });
  writeFileSync(join(root, 'untracked.txt'), '');
});
afterAll(() => rmSync(root, { recursive: true }));

const block = (info: string, ...lines: string[]) => `\`\`\`${info}\n${lines.join('\n')}\n\`\`\`\n`;

async function follow(...blocks: string[]): Promise<{ passed: boolean; said: string }> {
  const said: string[] = [];
  const steps = stepsOf(parsePage(blocks.join('\n')));
  const run = { root, path: 'p.md', steps, linkModules: false, keep: false };
  const passed = await runPage({ ...run, say: (line) => said.push(line) });
  return { passed, said: said.join('\n') };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const pidIn = (said: string, what: string): number => Number(new RegExp(`${what}=(\\d+)`).exec(said)?.[1]);

describe('a page', () => {
  it('has one shell: variables, functions and folders last from block to block', async () => {
    const { passed, said } = await follow(
      block('sh', 'NAME=alice; greet() { echo "hello $1"; }; mkdir sub; cd sub'),
      block('sh expect="hello alice in sub"', 'echo "$(greet $NAME) in $(basename "$PWD")"'),
    );
    expect(said).toContain('p.md:5 echo');
    expect(passed, said).toBe(true);
  });

  it('is followed in a clone: what git does not know is not there, and nothing is changed here', async () => {
    const { passed, said } = await follow(
      block('sh fails', 'ls untracked.txt'),
      block('ts file=hello.ts insert-after="one"', 'between'),
      block('sh expect="one between two"', 'echo $(cat hello.ts)'),
      block('sh expect="hello.ts"', 'git status --short'),
      block('sh', 'rm hello.ts'),
    );
    expect(passed, said).toBe(true);
  });

  it('ends at the first block that fails, whose output is shown whole', async () => {
    const { passed, said } = await follow(
      block('sh', 'echo "what it said"', 'echo "and complained" >&2', 'false', 'echo "not reached"'),
      block('sh', 'echo later'),
    );
    expect(passed).toBe(false);
    expect(said).toMatch(/FAILED {2}p\.md:1 [\s\S]*It ended with 1[\s\S]*what it said[\s\S]*and complained/);
    expect(said).not.toContain('not reached');
    expect(said).not.toContain('p.md:8');
  });

  it('fails when a block does not end in time, or ends well and should not', async () => {
    expect((await follow(block('sh timeout=1', 'sleep 100'))).said).toContain('It did not end within 1 s');
    expect((await follow(block('sh fails', 'echo fine'))).said).toContain('expected to fail, and ended well');
  });

  it('tries a block again until it prints what is expected', async () => {
    const { passed, said } = await follow(
      block('sh expect="third"', 'echo x >> tries; test $(wc -l < tries) -ge 3 && echo third'),
    );
    expect(passed, said).toBe(true);
  });

  it('waits for what runs beside it, hands it the variables, and ends it', async () => {
    const { passed, said } = await follow(
      block('sh', 'WORD=ready'),
      block('sh background expect="ready"', 'echo $$ > pid; echo $WORD; sleep 1000'),
      block('sh fails', 'echo "beside=$(cat pid)"; ps -o pid= -g $(cat pid) > /dev/null; false'),
      block('sh', 'echo "beside=$(pgrep -f "sleep 1000" | head -1)"; false'),
    );
    expect(passed).toBe(false); // so that the output is shown
    const pid = pidIn(said, 'beside');
    expect(pid, said).toBeGreaterThan(0);
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  it('says what ends too early', async () => {
    const { said } = await follow(block('sh background expect="Running."', 'echo "no luck"; exit 3'));
    expect(said).toMatch(/It ended with 3 before it printed "Running\."[\s\S]*no luck/);
  });

  it.skipIf(process.platform !== 'linux')('leaves nothing running, and says what it had to end', async () => {
    const { said } = await follow(
      block('sh', 'setsid sleep 987654 > /dev/null 2>&1 & echo "lost=$!"; sleep 0.2; false'),
    );
    expect(said).toMatch(/Left running by the page, and ended now:\n {2}sleep 987654/);
    await eventually(() => expect(isAlive(pidIn(said, 'lost'))).toBe(false));
  });

  it('may not take longer than it is said to', async () => {
    const said: string[] = [];
    const steps = stepsOf(parsePage(block('sh', 'sleep 0.1') + block('sh', 'echo more')));
    const run = { root, path: 'p.md', steps, linkModules: false, keep: false, withinMs: 1 };
    expect(await runPage({ ...run, say: (line) => said.push(line) })).toBe(false);
    expect(said.join('\n')).toContain('longer than the 0.001 s it may take');
  });
});
