// What a person is asked: only what the command line has left open, with what is so now as the answer of an empty line.
import type { Flags } from './arguments.js';
import { checkProjectName, checkScope } from './names.js';
import { whoSays, type Project } from './project.js';

export interface Answers {
  readonly name: string;
  readonly description: string;
  readonly scope: string;
  readonly dropExamples: boolean;
  /** Besides those of a new name. */
  readonly freshKeys: boolean;
  readonly freshHistory: boolean;
}

/** Shows the question and gives the line that was typed. */
export type Ask = (question: string) => Promise<string>;

/** @throws Error a name or scope that is refused, with the reason */
export function answersOf(flags: Flags, project: Project): Answers {
  return {
    name: flags.name === undefined ? project.name : nameOf(flags.name, project),
    description: flags.description ?? project.description,
    scope: flags.scope === undefined ? project.scope : scopeOf(flags.scope, project),
    dropExamples: flags.examples === 'drop',
    freshKeys: flags.freshKeys ?? false,
    freshHistory: flags.freshHistory ?? false,
  };
}

/** `examples`: those that could be dropped. A refused answer is asked for again, one of the command line is not. */
export async function askFor(flags: Flags, project: Project, examples: readonly string[], ask: Ask): Promise<Answers> {
  const given = answersOf(flags, project);
  const { name, description, scope } = given;
  return {
    name: flags.name === undefined ? await line('Name of the project', name, nameOf) : name,
    description: flags.description === undefined ? await line('Description', description, (text) => text) : description,
    scope:
      flags.scope === undefined
        ? await line(`Libraries are imported as @${scope}/kernel; scope`, scope, scopeOf)
        : scope,
    dropExamples:
      flags.examples === undefined && examples.length > 0
        ? !(await yes(`Keep the example contexts (${examples.join(', ')})?`, true))
        : given.dropExamples,
    freshKeys: given.freshKeys,
    freshHistory: flags.freshHistory ?? (await yes('Begin with a fresh git history?', false)),
  };

  async function line(what: string, now: string, check: (text: string, project: Project) => string): Promise<string> {
    for (;;) {
      const answer = (await ask(`${what} [${now}]: `)).trim();
      try {
        return answer === '' ? now : check(answer, project);
      } catch (error) {
        await ask(`${(error as Error).message} Enter to try again. `);
      }
    }
  }

  function yes(question: string, byDefault: boolean): Promise<boolean> {
    return confirmed(question, byDefault, ask);
  }
}

export async function confirmed(question: string, byDefault: boolean, ask: Ask): Promise<boolean> {
  for (;;) {
    const answer = (await ask(`${question} ${byDefault ? '[Y/n]' : '[y/N]'} `)).trim().toLowerCase();
    if (answer === '') return byDefault;
    if (answer === 'y' || answer === 'yes') return true;
    if (answer === 'n' || answer === 'no') return false;
  }
}

/** What the project has already is never refused. */
function nameOf(text: string, { name }: Project): string {
  return text === name ? text : checkProjectName(text);
}

function scopeOf(text: string, project: Project): string {
  return checkScope(text, (scope) => whoSays(scope, project));
}
