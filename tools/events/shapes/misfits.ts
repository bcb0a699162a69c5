// Whether data of one shape can be read as another: what was stored must still be what the class says, and nothing of it may be forgotten.
import ts from 'typescript';

/** Fields of an event, `note?` where one may be missing, with their types written out. */
export type Fields = Readonly<Record<string, string>>;

/** A place where data of the stored shape cannot be read as the present one. */
export interface Misfit {
  readonly path: string;
  /** `gone`: nobody reads it; `new`: it must be there, and is not; `required`: it may be missing, and must be there; `changed`: of another type. */
  readonly kind: 'gone' | 'new' | 'required' | 'changed';
  /** Types, where it is `changed`. */
  readonly stored?: string;
  readonly present?: string;
}

/** One line for each misfit; none when all that is stored can be read. */
export function misfits(stored: Fields, present: Fields): string[] {
  return findMisfits(stored, present).map(sentence);
}

export function findMisfits(stored: Fields, present: Fields): Misfit[] {
  return misfitsOf(parsed(objectText(stored)), parsed(objectText(present)), '');
}

function sentence({ kind, path, stored, present }: Misfit): string {
  if (kind === 'gone') return `${path} is gone`;
  if (kind === 'new') return `${path} is new, and must be there`;
  if (kind === 'required') return `${path} may be missing, and must be there now`;
  return `${path} is ${present} now, and ${stored} is stored`;
}

export function objectText(fields: Fields): string {
  return `{ ${Object.entries(fields)
    .map(([key, type]) => `${key}: ${type}`)
    .join('; ')} }`;
}

function misfitsOf(stored: ts.TypeNode, present: ts.TypeNode, path: string): Misfit[] {
  const [was, is] = [members(stored), members(present)];
  const [one, other] = [was[0], is[0]];
  if (was.length === 1 && is.length === 1 && one && other) return misfitsOfOne(one, other, path);
  // A union is as wide as its members: each of the stored must be read by one of the present.
  const lost = was.filter((member) => is.every((candidate) => misfitsOfOne(member, candidate, path).length > 0));
  return lost.length === 0 ? [] : [changed(path, lost.map(textOf).join(' | '), present)];
}

function misfitsOfOne(stored: ts.TypeNode, present: ts.TypeNode, path: string): Misfit[] {
  if (textOf(stored) === textOf(present) || ['unknown', 'any'].includes(textOf(present))) return [];
  if (ts.isTypeLiteralNode(stored) && ts.isTypeLiteralNode(present)) return misfitsOfFields(stored, present, path);
  if (ts.isArrayTypeNode(stored) && ts.isArrayTypeNode(present))
    return misfitsOf(stored.elementType, present.elementType, `${path}[]`);
  if (ts.isTypeReferenceNode(stored) && ts.isTypeReferenceNode(present))
    return misfitsOf(stored.typeArguments![1]!, present.typeArguments![1]!, `${path}[…]`);
  return isLiteralOf(stored, textOf(present)) ? [] : [changed(path, textOf(stored), present)];
}

function misfitsOfFields(stored: ts.TypeLiteralNode, present: ts.TypeLiteralNode, path: string): Misfit[] {
  const [was, is] = [fieldsIn(stored), fieldsIn(present)];
  const place = (name: string): string => (path ? `${path}.${name}` : name);
  const at = (name: string, kind: Misfit['kind']): Misfit => ({ path: place(name), kind });
  const removed = [...was.keys()].filter((name) => !is.has(name)).map((name) => at(name, 'gone'));
  const others = [...is].flatMap(([name, field]) => {
    const before = was.get(name);
    if (!before) return field.optional ? [] : [at(name, 'new')];
    const missing = before.optional && !field.optional ? [at(name, 'required')] : [];
    return [...missing, ...misfitsOf(before.type, field.type, place(name))];
  });
  return [...removed, ...others];
}

function changed(path: string, stored: string, present: ts.TypeNode): Misfit {
  return { path: path || 'it', kind: 'changed', stored, present: textOf(present) };
}

function isLiteralOf(stored: ts.TypeNode, present: string): boolean {
  if (!ts.isLiteralTypeNode(stored)) return false;
  const { literal } = stored;
  if (ts.isStringLiteral(literal)) return present === 'string';
  const isBoolean = literal.kind === ts.SyntaxKind.TrueKeyword || literal.kind === ts.SyntaxKind.FalseKeyword;
  if (isBoolean) return present === 'boolean';
  return literal.kind !== ts.SyntaxKind.NullKeyword && present === 'number';
}

function fieldsIn(literal: ts.TypeLiteralNode): Map<string, { optional: boolean; type: ts.TypeNode }> {
  return new Map(
    literal.members.filter(ts.isPropertySignature).map((field) => {
      const name = ts.isStringLiteral(field.name) ? field.name.text : field.name.getText();
      return [name, { optional: field.questionToken !== undefined, type: field.type! }];
    }),
  );
}

function members(type: ts.TypeNode): readonly ts.TypeNode[] {
  const bare = ts.isParenthesizedTypeNode(type) ? type.type : type;
  return ts.isUnionTypeNode(bare) ? bare.types.flatMap(members) : [bare];
}

function textOf(type: ts.TypeNode): string {
  return type.getText();
}

function parsed(text: string): ts.TypeNode {
  const source = ts.createSourceFile('shape.ts', `type Shape = ${text};`, ts.ScriptTarget.Latest, true);
  return (source.statements[0] as ts.TypeAliasDeclaration).type;
}
