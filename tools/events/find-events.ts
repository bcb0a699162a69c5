// Where the stored events of the apps are declared: reads the syntax of their domains, so that nothing has to run and text can be edited.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

export interface FoundEvent {
  readonly type: string;
  /** The schema version that is written today. */
  readonly version: number;
  readonly className: string;
  /** Names it had before. */
  readonly aliases: readonly string[];
  /** Nothing raises it any more. */
  readonly retired: boolean;
  /** From the root, with `/`: `apps/order-service/src/domain/order.events.ts`. */
  readonly file: string;
  /** Of the declaration, from 1. */
  readonly line: number;
}

/** `apps/order-service/src/domain` and its like, below `apps` and `templates`. */
export function domainsIn(root: string, parents: readonly string[] = ['apps', 'templates']): string[] {
  const children = (parent: string): string[] =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : [];
  return parents
    .flatMap((parent) => children(parent).map((name) => posix.join(parent, name, 'src/domain')))
    .filter((domain) => existsSync(join(root, domain)))
    .sort();
}

/** Sources of a domain, specs left out. */
export function sourcesIn(root: string, domain: string): string[] {
  return readdirSync(join(root, domain), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(domain, name.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .sort();
}

/** @throws Error see {@link declarationsIn} */
export function eventsIn(root: string, domain: string): FoundEvent[] {
  return sourcesIn(root, domain).flatMap((file) => {
    const source = parse(file, readFileSync(join(root, file), 'utf8'));
    return declarationsIn(source).map(({ type, version, className, typeNode, options }) => {
      const place = `${file}: @Event('${type}')`;
      const line = source.getLineAndCharacterOfPosition(typeNode.getStart()).line + 1;
      const aliases = options ? aliasesIn(options, place) : [];
      const retired = options ? propertyOf(options, 'retired')?.kind === ts.SyntaxKind.TrueKeyword : false;
      return { type, version, className, aliases, retired, file, line };
    });
  });
}

export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

export interface Declaration {
  readonly type: string;
  readonly version: number;
  readonly className: string;
  readonly typeNode: ts.StringLiteralLike;
  readonly options: ts.ObjectLiteralExpression | undefined;
}

/** Classes with `@Event('…')`, in the order of the file. @throws Error options or a version that are computed instead of written down */
export function declarationsIn(source: ts.SourceFile): Declaration[] {
  return source.statements.filter(ts.isClassDeclaration).flatMap((statement) => {
    const [typeNode, options] = eventArguments(statement);
    if (!typeNode || !ts.isStringLiteralLike(typeNode) || !statement.name) return [];
    const place = `${source.fileName}: @Event('${typeNode.text}')`;
    if (options && !ts.isObjectLiteralExpression(options)) {
      throw new Error(`${place}: expected options like { version: 2, upcast: [from1] }, came ${options.getText()}.`);
    }
    const version = options ? versionIn(options, place) : 1;
    return [{ type: typeNode.text, version, className: statement.name.text, typeNode, options }];
  });
}

/** The value of a property that is written as `name: value`. */
export function propertyOf(options: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return options.properties
    .filter(ts.isPropertyAssignment)
    .find((property) => ts.isIdentifier(property.name) && property.name.text === name)?.initializer;
}

function versionIn(options: ts.ObjectLiteralExpression, place: string): number {
  const isShorthand = options.properties.some((property) => !ts.isPropertyAssignment(property));
  const version = propertyOf(options, 'version');
  if (!isShorthand && !version) return 1;
  if (version && ts.isNumericLiteral(version)) return Number(version.text);
  throw new Error(`${place}: expected a version written as a number, came ${(version ?? options).getText()}.`);
}

function aliasesIn(options: ts.ObjectLiteralExpression, place: string): string[] {
  const aliases = propertyOf(options, 'aliases');
  if (!aliases) return [];
  const names = ts.isArrayLiteralExpression(aliases) ? [...aliases.elements] : [];
  const texts = names.filter(ts.isStringLiteralLike).map(({ text }) => text);
  if (ts.isArrayLiteralExpression(aliases) && texts.length === names.length) return texts;
  throw new Error(`${place}: expected aliases written as a list of texts, came ${aliases.getText()}.`);
}

function eventArguments(statement: ts.ClassDeclaration): readonly ts.Expression[] {
  for (const { expression } of ts.getDecorators(statement) ?? []) {
    if (!ts.isCallExpression(expression) || !ts.isIdentifier(expression.expression)) continue;
    if (expression.expression.text === 'Event') return expression.arguments;
  }
  return [];
}
