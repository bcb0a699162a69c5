// The named types that events are made of, e.g. Money: found by following imports, explained once at the end of the page.
import ts from 'typescript';
import type { Tree } from '../tree.js';
import { docOf, findAll, imported, parseSource } from './services.js';

export interface GlossaryEntry {
  readonly name: string;
  readonly text: string;
  readonly file: string;
  readonly doc: string;
}

export class TypeGlossary {
  private readonly found = new Map<string, GlossaryEntry>();

  constructor(private readonly tree: Tree) {}

  /** Takes in every named type of an expression, and those they are made of. */
  add(type: ts.Node | undefined, file: string): void {
    if (!type) return;
    for (const { typeName } of findAll(type, ts.isTypeReferenceNode)) {
      if (ts.isIdentifier(typeName)) this.explain(typeName.text, file);
    }
  }

  entries(): GlossaryEntry[] {
    return [...this.found.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  private explain(name: string, from: string): void {
    const source = imported(parseSource(this.tree, from), from, name);
    const declared = this.candidates(source.file).flatMap((path) => this.declaration(source.name, path))[0];
    if (!declared || this.found.has(`${declared.path}#${name}`)) return;
    const { node, path } = declared;
    const shape = ts.isInterfaceDeclaration(node) ? interfaceText(node) : node.type.getText();
    const text = shape.replaceAll(/\s+/g, ' ').replace(/^\| /, '');
    this.found.set(`${path}#${name}`, { name, text, file: path, doc: docOf(node) });
    this.add(node, path);
  }

  private declaration(name: string, path: string) {
    const file = parseSource(this.tree, path);
    const isOne = (node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
      (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && node.name.text === name;
    return findAll(file, isOne).map((node) => ({ node, path }));
  }

  /** A file, or all of a library that is imported by its name. */
  private candidates(file: string): string[] {
    const library = /^@[^/]+\/([^/]+)$/.exec(file)?.[1];
    return library === undefined ? [file] : this.tree.files(`libs/${library}/src`, '.ts');
  }
}

function interfaceText(node: ts.InterfaceDeclaration): string {
  const members = node.members.filter(ts.isPropertySignature).map((member) => {
    return `${member.name.getText()}${member.questionToken ? '?' : ''}: ${member.type?.getText() ?? 'unknown'}`;
  });
  return `{ ${members.join('; ')} }`;
}
