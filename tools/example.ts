// npm run example <name>: runs examples/<name>/main.ts. Without a name, or with one that does not exist, it says which exist.
import { existsSync, readdirSync } from 'node:fs';

const examples = new URL('../examples/', import.meta.url);
const main = (name: string) => new URL(`${name}/main.ts`, examples);
const names = readdirSync(examples).filter((name) => existsSync(main(name)));

const [name] = process.argv.slice(2);
if (name !== undefined && names.includes(name)) {
  await import(main(name).href);
} else {
  console.error(name === undefined ? 'Which example?' : `There is no example ${name}.`);
  for (const one of names) console.error(`  npm run example ${one}`);
  process.exitCode = 1;
}
