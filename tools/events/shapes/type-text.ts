// A type written out to its last field, as JSON sees it: without the names of interfaces, without `readonly`, the same text for the same data.
import ts from 'typescript';

/** Deeper, or round in a circle, a type counts as `unknown`: whatever it is may change unseen. */
const DEEPEST = 10;

export interface Field {
  readonly name: string;
  /** It may be missing in the JSON, as what is `undefined` is. */
  readonly optional: boolean;
  readonly text: string;
}

export function fieldsOf(checker: ts.TypeChecker, type: ts.Type, depth = 0): Field[] {
  return checker.getPropertiesOfType(type).map((symbol) => {
    const of = checker.getTypeOfSymbol(symbol);
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0 || (of.isUnion() && of.types.some(isUndefined));
    return { name: symbol.name, optional, text: typeText(checker, of, depth) };
  });
}

export function keyText({ name, optional }: Pick<Field, 'name' | 'optional'>): string {
  return `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}${optional ? '?' : ''}`;
}

function typeText(checker: ts.TypeChecker, type: ts.Type, depth: number): string {
  const inside = (of: ts.Type): string => typeText(checker, of, depth + 1);
  if (depth > DEEPEST) return 'unknown';
  if (type.flags & ts.TypeFlags.Boolean) return 'boolean';
  if (type.isStringLiteral() || type.isNumberLiteral()) return JSON.stringify(type.value);
  if (type.isUnion()) return unionText(type.types.filter((one) => !isUndefined(one)).map(inside));
  if (type.isIntersection()) {
    const primitive = type.types.find(({ flags }) => flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike));
    if (primitive) return inside(primitive); // a brand is not stored
  }
  if (checker.isArrayType(type)) return `(${inside(checker.getTypeArguments(type as ts.TypeReference)[0]!)})[]`;
  if (checker.isTupleType(type)) {
    return `[${checker
      .getTypeArguments(type as ts.TypeReference)
      .map(inside)
      .join(', ')}]`;
  }
  const values = type.getStringIndexType();
  if (values) return `Record<string, ${inside(values)}>`;
  if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return checker.typeToString(type);
  const fields = fieldsOf(checker, type, depth + 1).map((field) => `${keyText(field)}: ${field.text}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`;
}

/** The compiler takes `boolean` apart. */
function unionText(members: readonly string[]): string {
  const isBoolean = members.includes('true') && members.includes('false');
  const others = isBoolean ? members.filter((text) => text !== 'true' && text !== 'false') : members;
  return [...new Set(isBoolean ? [...others, 'boolean'] : others)].sort().join(' | ');
}

function isUndefined({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Undefined) !== 0;
}
