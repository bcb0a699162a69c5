// The sentence that an expression of the sources makes; what is put in stands as its name: `<stream>`.
import ts from 'typescript';
import { find } from './services.js';

export interface Known {
  /** A name that stands alone is looked up among the constants in it. */
  readonly scope?: ts.Node;
  /** What the parameters of a function were given. */
  readonly values?: ReadonlyMap<string, string>;
}

/** Empty where the sentence is made elsewhere. */
export function sentenceOf(node: ts.Expression | undefined, known: Known = {}): string {
  if (!node) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return sentenceOf(node.expression, known);
  if (ts.isBinaryExpression(node)) return sentenceOf(node.left, known) + sentenceOf(node.right, known);
  if (ts.isNewExpression(node)) return sentenceOf(node.arguments?.[0], known);
  if (ts.isConditionalExpression(node))
    return `${sentenceOf(node.whenTrue, known)} ${sentenceOf(node.whenFalse, known)}`;
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.map((span) => `${valueText(span.expression, known)}${span.literal.text}`);
    return node.head.text + parts.join('');
  }
  if (!known.scope || !ts.isIdentifier(node)) return '';
  return sentenceOf(constant(known.scope, node.text));
}

function valueText(node: ts.Expression, known: Known): string {
  const given = known.values?.get(root(node));
  if (given !== undefined) {
    if (!ts.isConditionalExpression(node)) return given;
    return sentenceOf(given === '' ? node.whenFalse : node.whenTrue, known);
  }
  const fixed = ts.isIdentifier(node) ? constant(node.getSourceFile(), node.text) : undefined;
  return fixed && ts.isNumericLiteral(fixed) ? Number(fixed.text).toLocaleString('en') : `<${nameOf(node)}>`;
}

/** `cause`, of `cause.message` and of `cause instanceof Error ? … : …`. */
function root(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) return root(node.expression);
  if (ts.isConditionalExpression(node)) return root(node.condition);
  return ts.isBinaryExpression(node) ? root(node.left) : node.getText();
}

function constant(scope: ts.Node, name: string): ts.Expression | undefined {
  const isConstant = (one: ts.Node): one is ts.VariableDeclaration =>
    ts.isVariableDeclaration(one) && one.name.getText() === name;
  return find(scope, isConstant)?.initializer;
}

/** A short word for a value: the last name in it. */
function nameOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isCallExpression(node)) return node.arguments[0] ? nameOf(node.arguments[0]) : nameOf(node.expression);
  return ts.isIdentifier(node) ? node.text : '…';
}
