// What `npm run example` can be told: the name of an example, and what that example itself takes.

export interface Examples {
  readonly names: readonly string[];
  takesArguments(name: string): boolean;
}

/** `run` names the example; else `problem` says what was wrong, and without one help was asked for. */
export interface ExampleChoice {
  readonly run?: string;
  readonly problem?: string;
}

export function parseExampleArguments(args: readonly string[], examples: Examples): ExampleChoice {
  const [name, ...rest] = args;
  if (name === undefined) return { problem: 'Which example?' };
  if (name === '--help' || name === '-h') return {};
  if (!examples.names.includes(name)) return { problem: `There is no example ${name}.` };
  const [first] = rest;
  if (first === undefined || examples.takesArguments(name)) return { run: name };
  if (first === '--help' || first === '-h') return {};
  return { problem: `The example ${name} takes no arguments, got ${first}.` };
}

export function exampleUsage(names: readonly string[]): string {
  return ['The examples are:', ...names.map((name) => `  npm run example ${name}`)].join('\n');
}
