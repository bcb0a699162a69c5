// `npm run example <name>`: runs examples/<name>/main.ts. Without a name, or with one that does not exist, it says which exist.
import { existsSync, readdirSync } from 'node:fs';
import { exampleUsage, parseExampleArguments } from './example/arguments.js';

const examples = new URL('../examples/', import.meta.url);
const file = (name: string, inside: string) => new URL(`${name}/${inside}`, examples);
const names = readdirSync(examples).filter((name) => existsSync(file(name, 'main.ts')));

const chosen = parseExampleArguments(process.argv.slice(2), {
  names,
  // An example that can be told something reads it in a file of that name, --help included.
  takesArguments: (name) => existsSync(file(name, 'arguments.ts')),
});
if (chosen.run !== undefined) {
  process.argv.splice(2, 1); // the example finds its own arguments where any program does
  await import(file(chosen.run, 'main.ts').href);
} else if (chosen.problem === undefined) {
  console.log(exampleUsage(names));
} else {
  console.error(`${chosen.problem}\n${exampleUsage(names)}`);
  process.exitCode = 1;
}
