// Whether the new names fit into the template's code: a class Event would meet the decorator of that name, a variable another variable.
import ts from 'typescript';
import { substitute } from './substitute.js';
import type { Names } from './words.js';

/** The name of one file that would mean two things; undefined when there is none. `text` is the template's. */
export function clashIn(file: string, text: string, names: Names): string | undefined {
  const owners = new Map<string, string>();
  for (const name of namesInScope(file, text)) {
    const becomes = substitute(name, names);
    const owner = owners.get(becomes);
    if (owner !== undefined && owner !== name) return becomes;
    owners.set(becomes, name);
  }
  return undefined;
}

/** Identifiers that stand for a binding: members of objects live in a room of their own. */
function namesInScope(file: string, text: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMember(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return names;
}

function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent))
    return parent.propertyName === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node
  );
}
