// The services of the repository and what their main.ts hands to the platform, read from the source: nothing is started.
import { posix } from 'node:path';
import ts from 'typescript';
import type { Tree } from '../tree.js';

export interface ClassSource {
  readonly file: string;
  readonly name: string;
}

export interface ServiceSource {
  readonly name: string;
  readonly folder: string;
  readonly description: string;
  readonly module: ClassSource;
  /** Its own variables; none where it has only the platform's. */
  readonly config?: ClassSource;
}

export function servicesOf(tree: Tree): ServiceSource[] {
  return tree
    .folders('apps')
    .filter((name) => name.endsWith('-service') && tree.exists(`apps/${name}/src/main.ts`))
    .map((name) => readMain(tree, `apps/${name}`));
}

/** @throws Error when main.ts does not call `bootstrap(SomeModule, { name: '…' })`. */
function readMain(tree: Tree, folder: string): ServiceSource {
  const path = `${folder}/src/main.ts`;
  const file = parseSource(tree, path);
  const call = find(file, (node): node is ts.CallExpression => {
    return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'bootstrap';
  });
  const [context, options] = call?.arguments ?? [];
  if (!context || !ts.isIdentifier(context) || !options || !ts.isObjectLiteralExpression(options)) {
    throw new Error(
      `${path}: expected bootstrap(SomeModule, { name: '…', … }), the module and the options written out.`,
    );
  }
  const option = (name: string) => valueOf(options, name);
  const name = textOf(option('name'));
  if (name === undefined)
    throw new Error(`${path}: expected bootstrap(…, { name: '…' }) with the name as a plain string.`);
  const config = option('config');
  return {
    name,
    folder,
    description: textOf(option('description')) ?? '',
    module: imported(file, path, context.text),
    config: config && ts.isIdentifier(config) ? imported(file, path, config.text) : undefined,
  };
}

export function parseSource(tree: Tree, path: string): ts.SourceFile {
  return ts.createSourceFile(path, tree.read(path) ?? '', ts.ScriptTarget.Latest, true);
}

/** The first node of a kind, depth first. */
export function find<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T | undefined {
  return is(node) ? node : ts.forEachChild(node, (child) => find(child, is));
}

export function findAll<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (one: ts.Node): void => {
    if (is(one)) found.push(one);
    ts.forEachChild(one, visit);
  };
  visit(node);
  return found;
}

export function valueOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of object.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

export function textOf(expression: ts.Expression | undefined): string | undefined {
  return expression && ts.isStringLiteralLike(expression) ? expression.text : undefined;
}

/** The doc comment above a declaration, as one line of text. */
export function docOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter((part) => ts.isJSDoc(part));
  const text = comments.map((part) => ts.getTextOfJSDocComment(part.comment) ?? '').join(' ');
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Where a name comes from, following one relative import. */
export function imported(file: ts.SourceFile, path: string, name: string): ClassSource {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    const found = bindings.elements.find((element) => element.name.text === name);
    if (!found) continue;
    const specifier = statement.moduleSpecifier.text;
    if (!specifier.startsWith('.')) return { file: specifier, name };
    const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
    return { file: target, name: (found.propertyName ?? found.name).text };
  }
  return { file: path, name };
}
