// What a run would change, as sentences to show and as steps to take. Reads, and writes nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBelongings } from '../contexts/belongings.js';
import { identityEdits } from './edits.js';
import { checkFreshHistory, readHistory, type History } from './history.js';
import { titleOf } from './names.js';
import type { Project } from './project.js';
import type { Answers } from './questions.js';

/** The contexts that the starter comes with. */
const EXAMPLES = ['order', 'payment'];
export const KEYS = 'data/dev-issuer';

export interface Plan {
  readonly answers: Answers;
  /** Names of contexts. */
  readonly drops: readonly string[];
  readonly dropsKeys: boolean;
  /** What is replaced; undefined when the history stays. */
  readonly history: History | undefined;
  /** What changes, one line each; none when all is so already. */
  readonly lines: readonly string[];
}

/** None once a part of them has gone: a context that is called `order` may be your own by then. */
export function examplesIn(root: string): string[] {
  const asShipped = readBelongings(root).some(({ contexts }) => contexts.join() === EXAMPLES.join());
  if (!asShipped) return [];
  return EXAMPLES.filter((name) => existsSync(join(root, 'apps', `${name}-service`)));
}

/** @throws Error what stands in the way, with the way out */
export function planInit(project: Project, answers: Answers): Plan {
  const { root } = project;
  const edits = identityEdits(project, answers);
  const drops = answers.dropExamples ? examplesIn(root) : [];
  const isRenamed = answers.name !== project.name;
  const dropsKeys = (isRenamed || answers.freshKeys) && existsSync(join(root, KEYS));
  const changes = edits.size > 0 || drops.length > 0;
  const history = answers.freshHistory ? freshHistory(root, changes) : undefined;
  const lines: string[] = [];
  if (drops.length > 0)
    lines.push(`contexts ${drops.join(', ')}: taken out, with all that belongs to them (examples/ stays)`);
  if (isRenamed) lines.push(`package.json, package-lock.json: name ${project.name} becomes ${answers.name}`);
  if (isRenamed && edits.has('README.md')) lines.push(`README.md: title "${titleOf(answers.name)}"`);
  if (answers.description !== project.description) lines.push(`package.json: description "${answers.description}"`);
  if (answers.scope !== project.scope) {
    lines.push(`${countOf(edits, answers.scope)} files: @${project.scope}/… becomes @${answers.scope}/…`);
  }
  if (dropsKeys) lines.push(`${KEYS}: dropped; the next start makes new keys, and tokens made before are refused`);
  if (history) lines.push(sentenceOf(history));
  return { answers, drops, dropsKeys, history, lines };
}

function countOf(edits: ReadonlyMap<string, string>, scope: string): number {
  return [...edits.values()].filter((text) => text.includes(`@${scope}`)).length;
}

/** Undefined when the branch has the one commit already and nothing will change. */
function freshHistory(root: string, changes: boolean): History | undefined {
  const history = readHistory(root);
  checkFreshHistory(root, history);
  return history.commits === 1 && !changes ? undefined : history;
}

function sentenceOf({ branch, commits }: History): string {
  if (branch === undefined) return 'git: a new repository with one commit';
  const count = commits === 1 ? 'its one commit is' : `its ${commits} commits are`;
  return `git branch ${branch}: ${count} replaced by a new one; other branches, tags and remotes stay`;
}
