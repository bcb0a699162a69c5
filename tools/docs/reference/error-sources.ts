// Finds every stable code in the sources: classes with a `code`, and the problems that the platform answers with.
import { STATUS_CODES } from 'node:http';
import ts from 'typescript';
import type { Tree } from '../tree.js';
import { docOf, find, findAll, parseSource, textOf, valueOf } from './services.js';

export interface DeclaredError {
  readonly code: string;
  /** The class; undefined for a problem that is written out where it is thrown. */
  readonly name?: string;
  readonly doc: string;
  /** What it says; `<stream>` stands for a value. */
  readonly message: string;
  /** HTTP, where it is known from the declaration. */
  readonly status?: number;
  readonly file: string;
  readonly line: number;
}

const STATUS_OF_KIND: Readonly<Record<string, number>> = {
  'not-found': 404,
  forbidden: 403,
  conflict: 409,
  invalid: 422,
};

export function errorClasses(tree: Tree, folder: string): DeclaredError[] {
  return sources(tree, folder).flatMap((path) => {
    const file = parseSource(tree, path);
    return findAll(file, ts.isClassDeclaration).flatMap((node) => {
      const code = textOf(initialiser(node, 'code'));
      if (code === undefined) return [];
      const kind = textOf(initialiser(node, 'kind')) ?? (extendsDomainError(node) ? 'conflict' : '');
      const says = find(node, (one): one is ts.CallExpression => {
        return ts.isCallExpression(one) && one.expression.kind === ts.SyntaxKind.SuperKeyword;
      });
      const message = sentenceOf(says?.arguments[0]);
      return {
        code,
        name: node.name?.text,
        doc: docOf(node),
        message,
        status: STATUS_OF_KIND[kind],
        ...at(file, node),
      };
    });
  });
}

/** `{ status, code, detail }`, calls of helpers that make one, and the codes that follow from a status alone. */
export function problems(tree: Tree, folder: string): DeclaredError[] {
  const found = sources(tree, folder).flatMap((path) => {
    const file = parseSource(tree, path);
    return [
      ...findAll(file, ts.isObjectLiteralExpression).flatMap((node) => written(file, node)),
      ...findAll(file, ts.isCallExpression).flatMap((node) => helped(file, node)),
      ...byStatus(file),
    ];
  });
  return [...new Map(found.map((error) => [`${error.code} ${error.message}`, error])).values()];
}

function written(file: ts.SourceFile, node: ts.ObjectLiteralExpression): DeclaredError[] {
  const code = textOf(valueOf(node, 'code'));
  const [status, detail] = [valueOf(node, 'status'), valueOf(node, 'detail')];
  if (code === undefined || !status) return [];
  return [
    { code, doc: '', message: sentenceOf(detail, functionAround(node)), status: numberOf(status), ...at(file, node) },
  ];
}

/** `refuse('too-deep', '…')`, where `refuse(code, detail)` is a function of the same file. */
function helped(file: ts.SourceFile, node: ts.CallExpression): DeclaredError[] {
  const code = textOf(node.arguments[0]);
  const helper = file.statements
    .filter(ts.isFunctionDeclaration)
    .find(({ name }) => name?.text === node.expression.getText());
  if (code === undefined || helper?.parameters[0]?.name.getText() !== 'code') return [];
  const made = find(helper, (one): one is ts.ObjectLiteralExpression => {
    return ts.isObjectLiteralExpression(one) && valueOf(one, 'status') !== undefined;
  });
  if (!made) return [];
  const detail = helper.parameters[1]?.name.getText() === 'detail' ? node.arguments[1] : valueOf(made, 'detail');
  return [{ code, doc: '', message: sentenceOf(detail), status: numberOf(valueOf(made, 'status')), ...at(file, node) }];
}

/** `const sentences = { 404: '…' }`: the code is the status in words. */
function byStatus(file: ts.SourceFile): DeclaredError[] {
  const isTable = (node: ts.Node): node is ts.VariableDeclaration =>
    ts.isVariableDeclaration(node) && node.name.getText() === 'sentences';
  const table = find(file, isTable)?.initializer;
  if (!table || !ts.isObjectLiteralExpression(table)) return [];
  return table.properties.filter(ts.isPropertyAssignment).map((property) => {
    const status = Number(property.name.getText());
    const code = (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
    return { code, doc: '', message: textOf(property.initializer) ?? '', status, ...at(file, property) };
  });
}

function sources(tree: Tree, folder: string): string[] {
  return tree.files(folder, '.ts').filter((path) => !path.endsWith('.spec.ts') && !path.includes('/testing/'));
}

function initialiser(node: ts.ClassDeclaration, name: string): ts.Expression | undefined {
  return node.members.filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === name)?.initializer;
}

function extendsDomainError(node: ts.ClassDeclaration): boolean {
  return (node.heritageClauses ?? []).some(({ types }) => types[0]?.expression.getText() === 'DomainError');
}

function at(file: ts.SourceFile, node: ts.Node): { file: string; line: number } {
  return { file: file.fileName, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 };
}

function numberOf(node: ts.Expression | undefined): number | undefined {
  const value = Number(node?.getText());
  return Number.isInteger(value) ? value : undefined;
}

/** The text of an expression; what is put in stands as its name. A name is looked up among the constants of `scope`. */
function sentenceOf(node: ts.Expression | undefined, scope?: ts.Node): string {
  if (!node) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return sentenceOf(node.expression, scope);
  if (ts.isBinaryExpression(node)) return sentenceOf(node.left, scope) + sentenceOf(node.right, scope);
  if (ts.isConditionalExpression(node))
    return `${sentenceOf(node.whenTrue, scope)} ${sentenceOf(node.whenFalse, scope)}`;
  if (ts.isTemplateExpression(node)) {
    return (
      node.head.text + node.templateSpans.map((span) => `${valueText(span.expression)}${span.literal.text}`).join('')
    );
  }
  if (!scope || !ts.isIdentifier(node)) return '';
  return sentenceOf(constant(scope, node.text));
}

function valueText(node: ts.Expression): string {
  const fixed = ts.isIdentifier(node) ? constant(node.getSourceFile(), node.text) : undefined;
  return fixed && ts.isNumericLiteral(fixed) ? fixed.getText() : `<${nameOf(node)}>`;
}

function constant(scope: ts.Node, name: string): ts.Expression | undefined {
  const isConstant = (one: ts.Node): one is ts.VariableDeclaration =>
    ts.isVariableDeclaration(one) && one.name.getText() === name;
  return find(scope, isConstant)?.initializer;
}

function functionAround(node: ts.Node): ts.Node {
  for (let up = node.parent; up; up = up.parent) if (ts.isFunctionLike(up)) return up;
  return node.getSourceFile();
}

/** A short word for a value: the last name in it. */
function nameOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isCallExpression(node)) return node.arguments[0] ? nameOf(node.arguments[0]) : nameOf(node.expression);
  return ts.isIdentifier(node) ? node.text : '…';
}
