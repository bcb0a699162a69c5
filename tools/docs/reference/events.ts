// docs/reference/events.md: the facts each context stores, and the messages contexts may rely on. Read from the declarations.
import type ts from 'typescript';
import type { Tree } from '../tree.js';
import { decoratedClasses, topicsIn, type DeclaredEvent } from './event-sources.js';
import { code, generatedPage, prose, table } from './page.js';
import { servicesOf } from './services.js';
import { TypeGlossary } from './type-glossary.js';

export function eventsPage(tree: Tree): string {
  const glossary = new TypeGlossary(tree);
  const contracts = tree.files('libs/contracts/src', '.ts').filter(isSource);
  const messages = contracts.flatMap((path) => decoratedClasses(tree, path, 'IntegrationEvent'));
  const topics = contracts.flatMap((path) => topicsIn(tree, path));
  const topicSections = topics.map(({ topic, doc, events }) => {
    const on = events.flatMap((name) => messages.filter((message) => message.name === name));
    return [`### Topic ${topic}`, prose(doc), ...on.map((event) => eventText(event, glossary))]
      .filter(Boolean)
      .join('\n\n');
  });
  const stored = servicesOf(tree).map(({ name, folder }) => {
    const events = tree
      .files(`${folder}/src/domain`, '.ts')
      .filter(isSource)
      .flatMap((path) => decoratedClasses(tree, path, 'Event'));
    return [`### ${name}`, ...events.map((event) => eventText(event, glossary))].join('\n\n');
  });
  return generatedPage(
    'Events',
    'Two kinds, never mixed: a context stores **domain events** and keeps them to itself; it publishes **integration events**, which others may rely on.',
    '## Integration events',
    'CloudEvents on the broker; the version is part of the type. For tools: [asyncapi.json](asyncapi.json). What may change, and how: [add an event version](../how-to/add-an-event-version.md#messages-to-other-contexts).',
    ...(topicSections.length > 0 ? topicSections : ['There is none yet.']),
    '## Domain events',
    'The type and the version of its schema are what the log says for ever. Older versions become the newest one while they are read.',
    ...(stored.length > 0 ? stored : ['There is no context yet.']),
    ...glossarySection(glossary),
  );
}

function isSource(path: string): boolean {
  return !path.endsWith('.spec.ts');
}

function eventText({ name, type, version, doc, fields, file }: DeclaredEvent, glossary: TypeGlossary): string {
  const head = `**${code(type)}**${version === undefined ? '' : ` version ${version}`}, class [${name}](../../${file}).`;
  const rows = fields.map(({ name: field, optional, type: typeNode, doc: meaning }) => {
    glossary.add(typeNode, file);
    return [`${code(field)}${optional ? ' (optional)' : ''}`, code(textOfType(typeNode)), prose(meaning)];
  });
  const shown = rows.length > 0 ? table(['field', 'type', 'meaning'], rows) : 'It has no fields.';
  return [`${head}${doc === '' ? '' : ` ${prose(doc)}`}`, shown].join('\n\n');
}

function textOfType(type: ts.TypeNode | undefined): string {
  return type?.getText().replaceAll(/\s+/g, ' ') ?? 'unknown';
}

function glossarySection(glossary: TypeGlossary): string[] {
  const entries = glossary.entries();
  if (entries.length === 0) return [];
  const rows = entries.map(({ name, text, file, doc }) => [`[${name}](../../${file})`, code(text), prose(doc)]);
  return ['## Types', table(['type', 'is', 'meaning'], rows)];
}
