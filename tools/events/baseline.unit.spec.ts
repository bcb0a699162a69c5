import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baselineOf, filesAt, textAt } from './baseline.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baseline-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NOBODY = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@localhost', '-c', 'commit.gpgsign=false'];

function git(...args: readonly string[]): string {
  return execFileSync('git', [...NOBODY, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A commit in which the file says this. */
function commit(text: string): string {
  mkdirSync(join(root, 'kept'), { recursive: true });
  writeFileSync(join(root, 'kept/a.json'), text);
  git('add', '--all');
  git('commit', '--quiet', '--message', text);
  return git('rev-parse', 'HEAD');
}

function begin(): string {
  git('init', '--quiet', '--initial-branch=main');
  return commit('"first"');
}

describe('what a change is compared with', () => {
  it('is where the branch left main, however many commits it has', () => {
    const first = begin();
    git('switch', '--quiet', '--create', 'work');
    commit('"second"');
    commit('"third"');
    expect(baselineOf(root, {})).toEqual({ commits: [first], text: `${first.slice(0, 12)}, the merge base with main` });
    expect(textAt(root, first, 'kept/a.json')).toBe('"first"');
  });

  it('is what origin has, not what only lies on the main here', () => {
    const first = begin();
    git('update-ref', 'refs/remotes/origin/main', first);
    commit('"second"');
    expect(baselineOf(root, {})!.text).toBe(`${first.slice(0, 12)}, the merge base with origin/main`);
  });

  it('is the branch that a pull request goes into, and the push before where main itself is pushed', () => {
    const first = begin();
    const second = commit('"second"');
    git('update-ref', 'refs/remotes/origin/stable', first);
    git('update-ref', 'refs/remotes/origin/main', second);
    expect(baselineOf(root, { GITHUB_BASE_REF: 'stable' })!.commits).toEqual([first]);
    expect(baselineOf(root, { RELEASED_SINCE: first })!.text).toBe(`${first.slice(0, 12)}, as RELEASED_SINCE says`);
    expect(baselineOf(root, { RELEASED_SINCE: '0'.repeat(40) })!.commits).toEqual([second]); // a new branch: there was none
  });

  it('is HEAD where nothing else can be had, and says so', () => {
    const first = begin();
    expect(baselineOf(root, {})!.text).toBe(`${first.slice(0, 12)}, the merge base with main, which is HEAD`);
    git('branch', '--move', 'trunk');
    expect(baselineOf(root, {})!.text).toBe(`${first.slice(0, 12)}, HEAD, because there is no main to be had`);
  });

  it('is every release behind HEAD too, the newest first, and no other tag', () => {
    const [first, second] = [begin(), commit('"second"')];
    git('tag', '--annotate', 'v0.1.0', '--message', '0.1.0', first);
    git('tag', 'before-lunch', second);
    git('switch', '--quiet', '--create', 'other');
    const third = commit('"third"');
    git('tag', 'v9.0.0', third);
    git('switch', '--quiet', 'main');
    expect(baselineOf(root, {})!.commits).toEqual([second, first]);
  });

  it('is nothing before the first commit, and unknown without git', () => {
    expect(baselineOf(root, {})).toBeUndefined();
    git('init', '--quiet');
    expect(baselineOf(root, {})).toEqual({ commits: [], text: 'nothing, because there is no commit yet' });
  });

  it('cannot be told in a shallow clone, which is a problem in CI', () => {
    begin();
    const second = commit('"second"');
    writeFileSync(join(root, '.git/shallow'), `${second}\n`);
    expect(baselineOf(root, { CI: '1' })!.problem).toBeUndefined();
    expect(baselineOf(root, {})!.text).toContain('in a shallow clone');
    expect(baselineOf(root, { CI: 'true' })!.problem).toContain('fetch-depth: 0');
  });

  it('cannot be told where the push before is gone, which is a problem in CI; before the first push there was none', () => {
    begin();
    const gone = 'f00d'.repeat(10);
    expect(baselineOf(root, { CI: 'true', RELEASED_SINCE: gone })!.problem).toContain(`git fetch origin ${gone}`);
    expect(baselineOf(root, { RELEASED_SINCE: gone })!.problem).toBeUndefined();
    for (const RELEASED_SINCE of ['', '0'.repeat(40), 'HEAD'])
      expect(baselineOf(root, { CI: 'true', RELEASED_SINCE })!.problem).toBeUndefined();
  });
});

describe('a file of a commit', () => {
  it('is found below its folder, and read as it was', () => {
    const first = begin();
    commit('"second"');
    expect(filesAt(root, first, 'kept')).toEqual(['kept/a.json']);
    expect(filesAt(root, first, 'nowhere')).toEqual([]);
    expect(textAt(root, first, 'kept/a.json')).toBe('"first"');
    expect(textAt(root, first, 'kept/b.json')).toBeUndefined();
  });
});
