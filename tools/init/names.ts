// Which names a project and the scope of its libraries may have, and why not others.
import { isBuiltin } from 'node:module';

/** npm's rules. @throws Error with the reason and a name that would do */
export function checkProjectName(name: string): string {
  const reason = whyNoPackageName(name);
  if (reason === undefined) return name;
  throw new Error(`--name ${JSON.stringify(name)}: ${reason}. A name that would do: ${suggestion(name, 'acme-shop')}.`);
}

/**
 * Takes it with and without the `@` of npm, and returns it without.
 * `taken` says who uses a scope already, or undefined. @throws Error with the reason
 */
export function checkScope(given: string, taken: (scope: string) => string | undefined): string {
  const scope = given.replace(/^@/, '');
  const refused = (reason: string): Error =>
    new Error(`--scope ${JSON.stringify(given)}: ${reason}. A scope that would do: ${suggestion(scope, 'acme')}.`);
  if (scope.length > LONGEST_SCOPE) throw refused(`it has ${scope.length} characters, ${LONGEST_SCOPE} are allowed`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(scope)) {
    throw refused("expected lower-case letters, digits and '-' between them, beginning with a letter");
  }
  const user = taken(scope);
  if (user !== undefined) throw refused(`${user} says @${scope} already, and the two could not be told apart`);
  return scope;
}

/** `Acme shop` of `acme-shop`, whatever its scope. */
export function titleOf(name: string): string {
  const words = name
    .replace(/^.*\//, '')
    .replace(/[-._~]+/g, ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every import of a library carries it; lines are 120 wide. */
const LONGEST_SCOPE = 30;
const LONGEST_NAME = 214;

function whyNoPackageName(name: string): string | undefined {
  if (name === '') return 'a package needs a name';
  if (name.length > LONGEST_NAME) return `it has ${name.length} characters, npm allows ${LONGEST_NAME}`;
  if (name !== name.toLowerCase()) return 'npm wants lower case';
  const [, scope, local] = /^(?:@([^/]*)\/)?(.*)$/s.exec(name)!;
  for (const part of scope === undefined ? [local!] : [scope, local!]) {
    if (/^[._-]/.test(part)) return `npm wants no '${part[0]}' at the beginning`;
    if (!/^[a-z0-9._~-]+$/.test(part))
      return "npm wants letters, digits, '-', '.', '_' and '~', with a scope before one '/'";
  }
  if (name === 'node_modules' || name === 'favicon.ico') return 'npm has reserved it';
  return isBuiltin(name) ? 'Node has a module of this name' : undefined;
}

function suggestion(name: string, otherwise: string): string {
  const words = name
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.join('-')
    .replace(/^[0-9-]+/, '')
    .slice(0, LONGEST_SCOPE);
  const plain = words?.replace(/-+$/, '') ?? '';
  return plain === '' || isBuiltin(plain) || whyNoPackageName(plain) !== undefined || plain === name
    ? otherwise
    : plain;
}
