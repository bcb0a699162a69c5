// The edit of a class whose event gets its next version: the number, one more upcaster in the chain, and the import of it. All else stays as it is.
import ts from 'typescript';
import { declarationsIn, parse, propertyOf } from './find-events.js';

export interface Upcast {
  /** Name of the exported upcaster. */
  readonly name: string;
  /** As the file of the class imports it. */
  readonly from: string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** @throws Error when version or chain are written in a way that cannot be edited */
export function raiseVersion(file: string, text: string, type: string, upcast: Upcast): string {
  const source = parse(file, text);
  const found = declarationsIn(source).find((declaration) => declaration.type === type);
  if (!found) throw new Error(`${file}: there is no @Event('${type}').`);
  const { version, typeNode, options } = found;
  const edits = options
    ? [...editsOfOptions(options, version, upcast.name, `${file}: @Event('${type}')`)]
    : [insert(typeNode.end, `, { version: 2, upcast: [${upcast.name}] }`)];
  return applied([importOf(source, upcast), ...edits], text);
}

function editsOfOptions(options: ts.ObjectLiteralExpression, version: number, name: string, place: string): Edit[] {
  const [number, chain] = [propertyOf(options, 'version'), propertyOf(options, 'upcast')];
  if (version === 1) {
    if (number || chain) throw unknownForm(place, options);
    const others = options.properties.map((property) => `, ${property.getText()}`).join('');
    return [replace(options, `{ version: 2, upcast: [${name}]${others} }`)];
  }
  if (!number || !chain || !ts.isArrayLiteralExpression(chain)) throw unknownForm(place, options);
  const last = chain.elements.at(-1);
  if (!last) throw unknownForm(place, options);
  return [replace(number, String(version + 1)), insert(last.end, `, ${name}`)];
}

function unknownForm(place: string, options: ts.Node): Error {
  return new Error(
    `${place}: expected { version: 2, upcast: [from1] } with the upcasters in a list, came ${options.getText()}. Write it so, then try again.`,
  );
}

/** Behind the last import, where what is of this folder stands. */
function importOf(source: ts.SourceFile, { name, from }: Upcast): Edit {
  const last = source.statements.filter(ts.isImportDeclaration).at(-1);
  const line = `import { ${name} } from '${from}';`;
  return last ? insert(last.end, `\n${line}`) : insert(0, `${line}\n`);
}

function insert(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

function replace(node: ts.Node, text: string): Edit {
  return { start: node.getStart(), end: node.end, text };
}

function applied(edits: readonly Edit[], text: string): string {
  const fromTheEnd = [...edits].sort((a, b) => b.start - a.start);
  return fromTheEnd.reduce((so, edit) => so.slice(0, edit.start) + edit.text + so.slice(edit.end), text);
}
