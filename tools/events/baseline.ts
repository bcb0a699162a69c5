// What counts as released: what the branch has that a change goes into, and every tag of a release. Never the change itself: a commit that takes
// out a released form, or edits it, would be compared with itself.
import { spawnSync } from 'node:child_process';

export interface Baseline {
  /** The one compared with first, then the tags of releases behind HEAD, newest first. */
  readonly commits: readonly string[];
  /** For people: `3f2a9c1d0b7e, the merge base with origin/main`. */
  readonly text: string;
  /** Why the comparison proves nothing, with the way out; only in CI, where nobody looks. */
  readonly problem?: string;
}

export interface BaselineEnvironment {
  /** `true` on a hosted one. */
  readonly CI?: string;
  /** A commit: that of the push before. GitHub calls it `github.event.before`; on the branch itself there is no merge base to find. */
  readonly RELEASED_SINCE?: string;
  /** Of GitHub: the branch that a pull request goes into. */
  readonly GITHUB_BASE_REF?: string;
}

/** Undefined where there is no git. */
export function baselineOf(root: string, env: BaselineEnvironment = process.env): Baseline | undefined {
  if (gitText(root, 'rev-parse', '--git-dir') === undefined) return undefined;
  const head = commitOf(root, 'HEAD');
  if (head === undefined) return { commits: [], text: 'nothing, because there is no commit yet' };
  const { commit, text } = firstOf(root, env) ?? { commit: head, text: 'HEAD, because there is no main to be had' };
  const isShallow = gitText(root, 'rev-parse', '--is-shallow-repository') === 'true';
  const problem = isShallow ? SHALLOW : lostSince(root, env);
  return {
    commits: [...new Set([commit, ...releaseTags(root)])],
    text: [
      `${commit.slice(0, 12)}, ${text}`,
      ...(commit === head && !text.startsWith('HEAD') ? ['which is HEAD'] : []),
      ...(isShallow ? ['in a shallow clone'] : []),
    ].join(', '),
    ...(problem !== undefined && env.CI === 'true' && { problem }),
  };
}

const SHALLOW =
  'This clone is shallow, so what was released cannot be told from what is new. Fetch the history: fetch-depth: 0 of actions/checkout, or git fetch --unshallow.';

/** A push by force takes the commit before away, and what is left would be compared with itself. Zeros mean that there was none. */
function lostSince(root: string, { RELEASED_SINCE: since = '' }: BaselineEnvironment): string | undefined {
  if (/^0*$/.test(since) || commitOf(root, since) !== undefined) return undefined;
  return (
    `RELEASED_SINCE names ${since}, which is not in this clone: a push by force may have taken it away, and with it what was released. ` +
    `Check again where it is (git fetch origin ${since}, then RELEASED_SINCE=${since} npm run check -- released), ` +
    'or push what was there before, and mend it by a commit on top.'
  );
}

/** Undefined where the commit has no such file. Paths from the root. */
export function textAt(root: string, commit: string, file: string): string | undefined {
  const { status, stdout } = git(root, 'show', `${commit}:./${file}`);
  return status === 0 ? stdout : undefined;
}

/** Of the folder and those below, from the root, sorted. */
export function filesAt(root: string, commit: string, folder: string): string[] {
  return (gitText(root, 'ls-tree', '-r', '--name-only', commit, '--', folder) ?? '').split('\n').filter(Boolean);
}

function firstOf(root: string, env: BaselineEnvironment): { commit: string; text: string } | undefined {
  const since = env.RELEASED_SINCE ?? '';
  const before = since === '' ? undefined : commitOf(root, since);
  if (before !== undefined) return { commit: before, text: 'as RELEASED_SINCE says' };
  const target = env.GITHUB_BASE_REF ?? '';
  for (const branch of [...(target === '' ? [] : [`origin/${target}`]), 'origin/HEAD', 'origin/main', 'main']) {
    const commit = gitText(root, 'merge-base', 'HEAD', branch);
    if (commit !== undefined) return { commit, text: `the merge base with ${branch}` };
  }
  return undefined;
}

function releaseTags(root: string): string[] {
  const names = gitText(root, 'tag', '--list', 'v[0-9]*', '--merged', 'HEAD', '--sort=-creatordate') ?? '';
  return names.split('\n').flatMap((name) => {
    const commit = name === '' ? undefined : commitOf(root, name);
    return commit ?? [];
  });
}

function commitOf(root: string, name: string): string | undefined {
  return gitText(root, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`);
}

function gitText(root: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = git(root, ...args);
  return status === 0 ? stdout.trim() : undefined;
}

function git(root: string, ...args: readonly string[]) {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
