// Finds every stable code in the sources: classes with a `code`, and the problems that the platform answers with.
import { STATUS_CODES } from 'node:http';
import ts from 'typescript';
import type { Tree } from '../tree.js';
import { sentenceOf } from './sentence.js';
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
  const files = sources(tree, folder).map((path) => parseSource(tree, path));
  const classes = files.flatMap((file) => findAll(file, ts.isClassDeclaration));
  return classes.flatMap((node) => {
    const code = textOf(initialiser(node, 'code'));
    if (code === undefined) return [];
    const kind = textOf(initialiser(node, 'kind')) ?? (baseOf(node) === 'DomainError' ? 'conflict' : '');
    return {
      code,
      name: node.name?.text,
      doc: docOf(node),
      message: said(node, classes),
      status: STATUS_OF_KIND[kind],
      ...at(node.getSourceFile(), node),
    };
  });
}

/** What the class hands to `super`; where its base makes a sentence of that, the sentence. */
function said(node: ts.ClassDeclaration, classes: readonly ts.ClassDeclaration[]): string {
  const given = superCall(node)?.arguments;
  const base = classes.find(({ name }) => name?.text === baseOf(node));
  const template = base && superCall(base)?.arguments[0];
  // EventStoreError and DomainError hand on what they get.
  if (!base || !template || !given || ts.isIdentifier(template)) return sentenceOf(given?.[0]);
  const parameters = base.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  return sentenceOf(template, {
    values: new Map(parameters.map(({ name }, index) => [name.getText(), sentenceOf(given[index])])),
  });
}

function superCall(node: ts.ClassDeclaration): ts.CallExpression | undefined {
  return find(node, (one): one is ts.CallExpression => {
    return ts.isCallExpression(one) && one.expression.kind === ts.SyntaxKind.SuperKeyword;
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
    { code, doc: '', message: detailOf(detail, functionAround(node)), status: numberOf(status), ...at(file, node) },
  ];
}

/** The sentence, or where the function around takes it as an argument, those of its callers in the file. */
function detailOf(detail: ts.Expression | undefined, around: ts.Node): string {
  const index = ts.isFunctionDeclaration(around)
    ? around.parameters.findIndex(({ name }) => name.getText() === detail?.getText())
    : -1;
  if (index < 0 || !ts.isFunctionDeclaration(around)) return sentenceOf(detail, { scope: around });
  return findAll(around.getSourceFile(), ts.isCallExpression)
    .filter(({ expression }) => expression.getText() === around.name?.text)
    .map((call) => sentenceOf(call.arguments[index]))
    .filter((sentence) => sentence !== '')
    .join(' ');
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

function baseOf(node: ts.ClassDeclaration): string | undefined {
  return node.heritageClauses
    ?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    ?.types[0]?.expression.getText();
}

function at(file: ts.SourceFile, node: ts.Node): { file: string; line: number } {
  return { file: file.fileName, line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1 };
}

function numberOf(node: ts.Expression | undefined): number | undefined {
  const value = Number(node?.getText());
  return Number.isInteger(value) ? value : undefined;
}

function functionAround(node: ts.Node): ts.Node {
  for (let up = node.parent; up; up = up.parent) if (ts.isFunctionLike(up)) return up;
  return node.getSourceFile();
}
