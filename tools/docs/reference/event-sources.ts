// Finds declared events and topics in the sources: classes with @Event or @IntegrationEvent, and calls of topic('…', [ … ]).
import ts from 'typescript';
import type { Tree } from '../tree.js';
import { docOf, findAll, parseSource, textOf, valueOf } from './services.js';

/** As `topic()` has it. */
const DEFAULT_PARTITIONS = 6;

export interface DeclaredField {
  readonly name: string;
  readonly optional: boolean;
  readonly type: ts.TypeNode | undefined;
  /** Its decorators as they are written, without `@`. */
  readonly checks: readonly string[];
  readonly doc: string;
}

export interface DeclaredEvent {
  readonly name: string;
  readonly type: string;
  /** Of the schema; integration events carry theirs in the type. */
  readonly version?: number;
  readonly doc: string;
  readonly fields: readonly DeclaredField[];
  readonly file: string;
  /** Of the class, from 1. */
  readonly line: number;
}

export interface DeclaredTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly doc: string;
  readonly events: readonly string[];
}

export function decoratedClasses(tree: Tree, path: string, decorator: 'Event' | 'IntegrationEvent'): DeclaredEvent[] {
  return findAll(parseSource(tree, path), ts.isClassDeclaration).flatMap((node) => {
    const call = (ts.getDecorators(node) ?? [])
      .map(({ expression }) => expression)
      .find((one): one is ts.CallExpression => ts.isCallExpression(one) && one.expression.getText() === decorator);
    const type = textOf(call?.arguments[0]);
    if (!call || type === undefined) return [];
    const options = call.arguments[1];
    const version = options && ts.isObjectLiteralExpression(options) ? valueOf(options, 'version') : undefined;
    return {
      name: node.name?.text ?? 'unnamed',
      type,
      version: decorator === 'Event' ? Number(version?.getText() ?? 1) : undefined,
      doc: docOf(node),
      fields: fieldsOf(node),
      file: path,
      line: node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1,
    };
  });
}

/** Parameters of the constructor that are properties, else properties. */
function fieldsOf(node: ts.ClassDeclaration): DeclaredField[] {
  const parameters = node.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  const inConstructor = parameters.filter((parameter) =>
    ts.isParameterPropertyDeclaration(parameter, parameter.parent),
  );
  const declared = inConstructor.length > 0 ? inConstructor : node.members.filter(ts.isPropertyDeclaration);
  return declared.map((field) => ({
    name: field.name.getText(),
    optional: field.questionToken !== undefined,
    type: field.type,
    checks: (ts.canHaveDecorators(field) ? (ts.getDecorators(field) ?? []) : []).map(({ expression }) =>
      expression.getText().replaceAll(/\s+/g, ' '),
    ),
    doc: docOf(field),
  }));
}

export function topicsIn(tree: Tree, path: string): DeclaredTopic[] {
  return findAll(parseSource(tree, path), ts.isVariableStatement).flatMap((statement) =>
    statement.declarationList.declarations.flatMap(({ initializer }) => {
      if (!initializer || !ts.isCallExpression(initializer) || initializer.expression.getText() !== 'topic') return [];
      const [name, events, options] = initializer.arguments;
      const topic = textOf(name);
      if (topic === undefined || !events || !ts.isArrayLiteralExpression(events)) return [];
      const given = options && ts.isObjectLiteralExpression(options) ? valueOf(options, 'partitions') : undefined;
      return {
        topic,
        partitions: Number(given?.getText() ?? DEFAULT_PARTITIONS),
        doc: docOf(statement),
        events: events.elements.map((element) => element.getText()),
      };
    }),
  );
}
