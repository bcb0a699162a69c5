// docs/reference/configuration.md: every variable of every service. And .env.example has each of them, with its default, and none more.
import ts from 'typescript';
import type { Problem } from '../problem.js';
import type { Tree } from '../tree.js';
import type { DescribedVariable } from './describe.js';
import type { Described } from './load.js';
import { code, generatedPage, prose, table } from './page.js';
import { docOf, find, imported, parseSource, servicesOf, type ClassSource } from './services.js';

const PLATFORM: ClassSource = { file: 'libs/platform/src/config/platform.config.ts', name: 'PlatformConfig' };

type Classes = Pick<Described, 'platform' | 'services'>;

interface Variable extends DescribedVariable {
  readonly meaning: string;
  readonly required: boolean;
}

export function configurationPage(
  tree: Tree,
  { platform, services }: Described,
): { page: string; problems: Problem[] } {
  const problems: Problem[] = [];
  const section = (title: string, source: ClassSource, described: readonly DescribedVariable[]): string => {
    const read = members(tree, source);
    const variables = described.map((variable): Variable => {
      const member = read.get(variable.name);
      if (!member?.meaning) {
        const what = `${variable.name} has no doc comment: ${PAGE} takes its meaning from there`;
        problems.push({ file: source.file, line: member?.line ?? 1, what });
      }
      return {
        ...variable,
        meaning: member?.meaning ?? '',
        required: variable.default === undefined && !member?.optional,
      };
    });
    return `## ${title}\n\nFrom [${source.file}](../../${source.file}).\n\n${variableTable(variables)}`;
  };
  const own = servicesOf(tree).flatMap(({ name, config }) =>
    config ? section(`Only ${name}`, config, services[name]?.variables ?? []) : [],
  );
  const page = generatedPage(
    'Configuration',
    'A service reads its environment once, at start. What is wrong with it is said all at once, and the service ends with exit code 1.\n' +
      'An empty variable counts as unset. A secret may also come as a file: `NAME_FILE=/run/secrets/name` for `NAME`; its value is never shown, and an empty file is refused; in production an empty secret is, too.\n' +
      '[.env.example](../../.env.example) has all of them, to copy.',
    section('Every service', PLATFORM, platform),
    ...own,
  );
  return { page, problems: [...problems, ...checkExample(tree, { platform, services })] };
}

const PAGE = 'docs/reference/configuration.md';

function variableTable(variables: readonly Variable[]): string {
  return table(
    ['variable', 'default', 'expected', 'meaning'],
    variables.map((variable) => [
      `${code(variable.name)}${variable.secret ? ' (secret)' : ''}`,
      variable.required ? '**required**' : code(variable.default ?? '') || 'unset',
      prose(variable.expected),
      prose(variable.meaning),
    ]),
  );
}

interface Member {
  readonly line: number;
  readonly meaning: string;
  /** `name?`: it may stay unset. */
  readonly optional: boolean;
}

/** Those of the class it extends as well. */
function members(tree: Tree, { file: path, name }: ClassSource): Map<string, Member> {
  const file = parseSource(tree, path);
  const found = find(
    file,
    (node): node is ts.ClassDeclaration => ts.isClassDeclaration(node) && node.name?.text === name,
  );
  const base = found?.heritageClauses?.[0]?.types[0]?.expression.getText();
  const inherited = base === undefined ? [] : members(tree, imported(file, path, base));
  return new Map([
    ...inherited,
    ...[...(found?.members ?? [])]
      .filter((one) => ts.isPropertyDeclaration(one))
      .map(
        (member) =>
          [
            member.name.getText(),
            {
              line: file.getLineAndCharacterOfPosition(member.getStart(file)).line + 1,
              meaning: docOf(member),
              optional: member.questionToken !== undefined,
            },
          ] as const,
      ),
  ]);
}

const EXAMPLE = '.env.example';

function checkExample(tree: Tree, { platform, services }: Classes): Problem[] {
  const lines = (tree.read(EXAMPLE) ?? '').split('\n');
  const listed = lines.flatMap((text, index) => {
    const [, name, value] = /^#? ?([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
    return name === undefined ? [] : [{ name, value: value!.trim(), line: index + 1 }];
  });
  const variables = [...platform, ...Object.values(services).flatMap((service) => service.variables)];
  const known = new Set(variables.map(({ name }) => name));
  const missing = [...known].filter((name) => !listed.some((entry) => entry.name === name));
  return [
    ...missing.map((name) => ({
      file: EXAMPLE,
      line: lines.length,
      what: `lacks ${name}: list every variable of every service`,
    })),
    ...listed
      .filter(({ name }) => !known.has(name))
      .map(({ name, line }) => ({ file: EXAMPLE, line, what: `lists ${name}, which no service reads` })),
    ...listed.flatMap(({ name, value, line }) => {
      // Of services that share a name each may have a default of its own.
      const defaults = variables.flatMap((one) =>
        one.name === name && one.default !== undefined ? [one.default] : [],
      );
      if (defaults.length === 0 || defaults.includes(value)) return [];
      return [{ file: EXAMPLE, line, what: `has ${name}=${value}, but its default is ${defaults.join(' or ')}` }];
    }),
  ];
}
