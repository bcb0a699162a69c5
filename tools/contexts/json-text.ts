// Changes of JSON files as text: a file that is parsed and printed again loses its format, and the diff says more than what was done.
import ts from 'typescript';

/** Without the property at the path; the text as it is when there is none. @throws Error when it is no JSON. */
export function withoutProperty(text: string, file: string, path: readonly string[]): string {
  const source = parse(text, file);
  const parent = valueAt(source, path.slice(0, -1));
  if (!parent || !ts.isObjectLiteralExpression(parent)) return text;
  const index = parent.properties.findIndex((property) => keyOf(property) === path.at(-1));
  return index < 0 ? text : withoutItem(text, source, parent.properties, index);
}

/** Of an array at the top: without the elements that `drop` wants gone. */
export function withoutElements(text: string, file: string, drop: (element: unknown) => boolean): string {
  const source = parse(text, file);
  const list = rootOf(source);
  if (!list || !ts.isArrayLiteralExpression(list)) throw new Error(`${file}: expected a JSON array.`);
  const values = JSON.parse(text) as readonly unknown[];
  const index = values.findLastIndex(drop);
  return index < 0 ? text : withoutElements(withoutItem(text, source, list.elements, index), file, drop);
}

/** With another string at the path. @throws Error when there is no string. */
export function withString(text: string, file: string, path: readonly string[], value: string): string {
  const source = parse(text, file);
  const node = valueAt(source, path);
  if (!node || !ts.isStringLiteral(node)) throw new Error(`${file}: expected a string at ${path.join('.')}.`);
  return text.slice(0, node.getStart(source)) + JSON.stringify(value) + text.slice(node.end);
}

/** What stood around the item stays: the line break before it, or the comma before the last one goes with it. */
function withoutItem(text: string, source: ts.SourceFile, items: ts.NodeArray<ts.Node>, index: number): string {
  const item = items[index]!;
  const next = items[index + 1];
  const before = items[index - 1];
  if (next) return text.slice(0, item.getStart(source)) + text.slice(next.getStart(source));
  if (before) return text.slice(0, before.end) + text.slice(item.end);
  return text.slice(0, item.pos) + text.slice(item.end).trimStart();
}

function valueAt(source: ts.JsonSourceFile, path: readonly string[]): ts.Expression | undefined {
  let node: ts.Expression | undefined = rootOf(source);
  for (const key of path) {
    if (!node || !ts.isObjectLiteralExpression(node)) return undefined;
    const property = node.properties.find((one) => keyOf(one) === key);
    node = property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  }
  return node;
}

function keyOf({ name }: ts.ObjectLiteralElementLike): string | undefined {
  return name && ts.isStringLiteral(name) ? name.text : undefined;
}

function rootOf(source: ts.JsonSourceFile): ts.Expression | undefined {
  return source.statements[0]?.expression;
}

function parse(text: string, file: string): ts.JsonSourceFile {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}.`, { cause: error });
  }
  return ts.parseJsonText(file, text);
}
