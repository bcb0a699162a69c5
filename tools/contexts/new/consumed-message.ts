// The message of --hears, as the compiler sees it: which topic it travels on, which field is the id, and an example of it for the tests.
import { join } from 'node:path';
import ts from 'typescript';

export interface ConsumedMessage {
  /** OrderConfirmedV1 */
  readonly name: string;
  /** The constant of its topic: orderEvents */
  readonly contract: string;
  /** shop.order.events.v1 */
  readonly topic: string;
  /** The field that becomes the aggregate's id: orderId */
  readonly idField: string;
  /** Arguments of an example as source text; the id is the variable `id`. */
  readonly example: readonly string[];
}

const CONTRACTS = 'libs/contracts/src/index.ts';

interface Topic {
  readonly contract: string;
  readonly topic: string;
  readonly messages: readonly string[];
}

/** @throws Error naming the messages there are, or the field of which no example can be made. */
export function findMessage(root: string, name: string): ConsumedMessage {
  const { checker, exported } = contractsOf(root);
  const topics = exported.flatMap((symbol) => topicOf(symbol) ?? []);
  const found = topics.find(({ messages }) => messages.includes(name));
  const symbol = exported.find((one) => one.name === name);
  const declaration = symbol?.declarations?.find(ts.isClassDeclaration);
  if (!found || !declaration) {
    const known = topics.flatMap(({ messages }) => messages);
    const list = known.length > 0 ? `There are: ${known.join(', ')}` : 'There is none yet: leave out --hears';
    throw new Error(`--hears ${name}: no message of @app/contracts that travels on a topic is called so. ${list}.`);
  }
  const parameters = declaration.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  const needed = parameters.filter((one) => !one.questionToken && !one.initializer && !one.dotDotDotToken);
  const id = needed.find((one) => one.name.getText().endsWith('Id') && isId(declaration, one.name.getText()));
  if (!id)
    throw new Error(
      `--hears ${name}: it has no field whose name ends in Id and that is checked by @IsId(), so nothing says which one to open. Choose another message, or leave out --hears.`,
    );
  let ids = 1;
  const example = needed.map((parameter) => {
    if (parameter === id) return 'id';
    const type = checker.getTypeAtLocation(parameter);
    const uuid = parameter.name.getText().endsWith('Id')
      ? `'0198c0de-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}'`
      : undefined;
    return exampleOf(type, uuid) ?? refuse(name, parameter, checker.typeToString(type));
  });
  return { name, contract: found.contract, topic: found.topic, idField: id.name.getText(), example };
}

function refuse(name: string, parameter: ts.ParameterDeclaration, type: string): never {
  throw new Error(
    `--hears ${name}: no example can be made of its field ${parameter.name.getText()}, which is of type ${type}. Expected string, number, boolean, Money, or one of several texts. Choose another message, or leave out --hears and write the saga yourself.`,
  );
}

/** Undefined for a type that is not known. */
function exampleOf(type: ts.Type, uuid: string | undefined): string | undefined {
  if (type.flags & ts.TypeFlags.String) return uuid ?? `'example'`;
  if (type.flags & ts.TypeFlags.Number) return '1';
  if (type.flags & ts.TypeFlags.BooleanLike) return 'true';
  if ((type.aliasSymbol ?? type.getSymbol())?.name === 'Money') return `{ amountMinor: 1000, currency: 'EUR' }`;
  const [first] = type.isUnion() ? type.types : [type];
  return first?.isStringLiteral() ? `'${first.value}'` : undefined;
}

/** The id of an aggregate is a UUID: a reference of another kind would not do. */
function isId(declaration: ts.ClassDeclaration, field: string): boolean {
  const property = declaration.members.find(
    (member) => ts.isPropertyDeclaration(member) && member.name.getText() === field,
  );
  const decorators = property && ts.canHaveDecorators(property) ? (ts.getDecorators(property) ?? []) : [];
  return decorators.some(({ expression }) => /^Is(Id|UUID)\(/.test(expression.getText()));
}

/** `export const orderEvents = topic('shop.order.events.v1', [OrderPlacedV1, …])` */
function topicOf(symbol: ts.Symbol): Topic | undefined {
  const declaration = symbol.declarations?.find(ts.isVariableDeclaration);
  const call = declaration?.initializer;
  if (!call || !ts.isCallExpression(call) || call.expression.getText() !== 'topic') return undefined;
  const [name, list] = call.arguments;
  if (!name || !ts.isStringLiteral(name) || !list || !ts.isArrayLiteralExpression(list)) return undefined;
  return { contract: symbol.name, topic: name.text, messages: list.elements.map((element) => element.getText()) };
}

/** What the index of the contracts exports, with the checker that knows it. */
function contractsOf(root: string): { readonly checker: ts.TypeChecker; readonly exported: readonly ts.Symbol[] } {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions?: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const file = join(root, CONTRACTS);
  const program = ts.createProgram([file], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const exported = (module ? checker.getExportsOfModule(module) : []).map((symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  );
  return { checker, exported };
}
