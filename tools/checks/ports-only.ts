// Time, randomness and ids enter the engine rooms of the library through ports, so that tests can drive them.
// This finds the ways around the ports. It reads syntax, not types: a shadowed name is reported as well.
import ts from 'typescript';

/** `privacy` is none of them: keys and nonces have to come from the machine. */
export const PORTS_ONLY_ROOMS = ['core', 'subscriptions', 'processes', 'messaging', 'operations'].map(
  (room) => `libs/event-store/src/${room}`,
);

/** The files that turn the machine's clock and randomness into ports. */
export const THE_REAL_ONES = ['libs/event-store/src/core/clock.ts', 'libs/event-store/src/core/ids.ts'];

const BANNED_NAMES = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'randomUUID',
  'randomBytes',
  'randomInt',
  'getRandomValues',
]);
const BANNED_MEMBERS = new Set(['Date.now', 'Math.random', 'performance.now', 'process.hrtime', 'AbortSignal.timeout']);
const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'crypto', 'timers']);
const BANNED_MODULES = /^(node:)?(timers(\/promises)?|perf_hooks)$/;

export interface Finding {
  readonly line: number;
  readonly what: string;
}

export function findAroundPorts(fileName: string, text: string): Finding[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const what = bannedUse(node);
    if (what !== undefined) {
      findings.push({ line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, what });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return findings;
}

function bannedUse(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && (node.arguments ?? []).length === 0) {
    return 'new Date()';
  }
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return 'Date()';
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return BANNED_MODULES.test(node.moduleSpecifier.text) ? `import '${node.moduleSpecifier.text}'` : undefined;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const [object, member] = [node.expression.text, node.name.text];
    const banned =
      BANNED_MEMBERS.has(`${object}.${member}`) || (GLOBAL_OBJECTS.has(object) && BANNED_NAMES.has(member));
    return banned ? `${object}.${member}` : undefined;
  }
  return ts.isIdentifier(node) && BANNED_NAMES.has(node.text) && !isMemberName(node) ? node.text : undefined;
}

function isNamed(node: ts.Expression, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** `clock.setTimeout`, `{ setTimeout: … }` and methods of that name belong to an object of ours. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertyAssignment(parent)) &&
    parent.name === node
  );
}
