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
 * One instance of each class, in order. An empty variable counts as unset, an empty file does not, nor in production an
 * empty secret. Rules see NODE_ENV also where a class has no such field.
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
    const wrong = new Set(validateSync(judged(instance, environment)).map((error) => error.property));
    for (const variable of variablesOf(configClass)) {
      const value = came.get(variable.name)!;
      if (value.trouble || wrong.has(variable.name)) problems.push(describe(variable, value));
    }
    return instance;
  });
  if (problems.length > 0) throw new ConfigProblemsError([...new Set(problems)]);
  return instances as { [K in keyof T]: InstanceType<T[K]> };
}

/** What the rules look at: in a class of a service's own they would otherwise never know that it is production. */
function judged(instance: Record<string, unknown>, { NODE_ENV }: Environment): Record<string, unknown> {
  const seen = Object.create(Object.getPrototypeOf(instance) as object) as Record<string, unknown>;
  return Object.assign(seen, { NODE_ENV }, instance);
}

interface Came {
  readonly text?: string;
  readonly trouble?: string;
}

function read(variable: EnvVariable, environment: Environment): Came {
  const came = textOf(variable, environment);
  const wrong = came.text === undefined ? undefined : variable.inspect?.(came.text);
  return wrong === undefined ? came : { ...came, trouble: `${gotten(variable, came.text!, 200)}, ${wrong}` };
}

function textOf({ name, secret }: EnvVariable, environment: Environment): Came {
  const text = environment[name] || undefined;
  const file = (secret && environment[`${name}_FILE`]) || undefined;
  // An injection that failed is no wish to go without.
  const empty = [name, `${name}_FILE`].find((one) => secret && environment[one] === '');
  if (empty && !text && !file && environment['NODE_ENV'] === 'production') return { trouble: `${empty} is empty` };
  if (!file) return { text };
  if (text) return { trouble: `both ${name} and ${name}_FILE are set` };
  try {
    const content = readFileSync(file, 'utf8').trim();
    // Whoever names a file means it: a mount that came up empty is no wish to go without.
    return content
      ? { text: content }
      : { trouble: `${name}_FILE names ${JSON.stringify(file)}, a file that is empty` };
  } catch (error) {
    return { trouble: `${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

function gotten({ secret }: EnvVariable, text: string, length = 100): string {
  if (secret) return `got a value of ${text.length} characters (not shown)`;
  return `got ${JSON.stringify(text.slice(0, length))}`;
}

/** What cannot be read stays text, which the variable's rules refuse. */
const parsers: Record<EnvKind, (text: string) => unknown> = {
  text: (text) => text,
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
};

function describe(variable: EnvVariable, { text, trouble }: Came): string {
  const came = trouble ?? (text === undefined ? 'it is not set' : gotten(variable, text));
  return `${variable.name}: ${came}; expected ${variable.expected}.`;
}
