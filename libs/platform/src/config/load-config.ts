// Reads configuration classes from the environment and names everything that is wrong with it at once: variable, what came, what is expected.
import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { variablesOf, type ConfigClass, type EnvKind, type EnvVariable } from './env.decorator.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every problem of the environment, one line each. */
export class ConfigProblemsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigProblemsError';
  }
}

/**
 * One instance of each class, in order. An empty variable counts as unset.
 * @throws ConfigProblemsError naming every problem of every class; secrets are masked.
 */
export function loadConfig<T extends readonly ConfigClass[]>(
  classes: readonly [...T],
  environment: Environment,
): { [K in keyof T]: InstanceType<T[K]> } {
  const problems: string[] = [];
  const instances = classes.map((configClass) => {
    const instance = new configClass() as Record<string, unknown>;
    const came = new Map<string, Came>();
    for (const variable of variablesOf(configClass)) {
      const value = read(variable, environment);
      came.set(variable.name, value);
      if (value.text !== undefined) instance[variable.name] = parsers[variable.kind](value.text);
    }
    const wrong = new Set(validateSync(instance).map((error) => error.property));
    for (const variable of variablesOf(configClass)) {
      const value = came.get(variable.name)!;
      if (value.trouble || wrong.has(variable.name)) problems.push(describe(variable, value));
    }
    return instance;
  });
  if (problems.length > 0) throw new ConfigProblemsError([...new Set(problems)]);
  return instances as { [K in keyof T]: InstanceType<T[K]> };
}

interface Came {
  readonly text?: string;
  readonly trouble?: string;
}

function read({ name, secret, inspect }: EnvVariable, environment: Environment): Came {
  const text = environment[name] || undefined;
  const file = (secret && environment[`${name}_FILE`]) || undefined;
  const wrong = text === undefined ? undefined : inspect?.(text);
  if (wrong !== undefined) return { text, trouble: `got ${JSON.stringify(text!.slice(0, 200))}, ${wrong}` };
  if (!file) return { text };
  if (text) return { trouble: `both ${name} and ${name}_FILE are set` };
  try {
    return { text: readFileSync(file, 'utf8').trim() || undefined };
  } catch (error) {
    return { trouble: `${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

/** What cannot be read stays text, which the variable's rules refuse. */
const parsers: Record<EnvKind, (text: string) => unknown> = {
  text: (text) => text,
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
};

function describe({ name, expected, secret }: EnvVariable, { text, trouble }: Came): string {
  const came =
    trouble ??
    (text === undefined
      ? 'it is not set'
      : secret
        ? `got a value of ${text.length} characters (not shown)`
        : `got ${JSON.stringify(text.slice(0, 100))}`);
  return `${name}: ${came}; expected ${expected}.`;
}
