// The shape of every stored event, as its class says it today: fields and their types, written out.
import { posix } from 'node:path';
import ts from 'typescript';
import { eventsIn, type FoundEvent } from '../find-events.js';
import { DATA_OF_EVENT, probeProgram } from '../probe-program.js';
import type { Fields } from './misfits.js';
import { fieldsOf, keyText } from './type-text.js';

export interface ShapedEvent extends FoundEvent {
  readonly fields: Fields;
}

/** Domain → its events in the order of their types. One program for all domains: the compiler is what takes the time. */
export function shapedEvents(root: string, domains: readonly string[]): Map<string, ShapedEvent[]> {
  const found = domains.map((domain) => ({ domain, events: eventsIn(root, domain) }));
  const all = found.flatMap(({ events }) => events);
  const fields = fieldsOfClasses(root, all);
  const shapes = new Map(all.map((event, index) => [event, fields[index]!]));
  return new Map(
    found.map(({ domain, events }) => {
      const shaped = events.map((event) => ({ ...event, fields: shapes.get(event)! }));
      return [domain, shaped.sort((a, b) => (a.type < b.type ? -1 : 1))];
    }),
  );
}

/** Of each class the fields of its instances, in the same order. One program for all. */
export function fieldsOfClasses(root: string, classes: readonly Pick<FoundEvent, 'className' | 'file'>[]): Fields[] {
  if (classes.length === 0) return [];
  const lines = classes.flatMap(({ className, file }, index) => [
    `import type { ${className} as E${index} } from './${posix.normalize(file).replace(/\.ts$/, '.js')}';`,
    `export type D${index} = Data<E${index}>;`,
  ]);
  const { program, source } = probeProgram(root, 'event-shapes-probe.ts', [DATA_OF_EVENT, ...lines].join('\n'));
  const checker = program.getTypeChecker();
  const aliases = source.statements.filter(ts.isTypeAliasDeclaration).filter(({ name }) => /^D\d+$/.test(name.text));
  return aliases.map((alias) => {
    const fields = fieldsOf(checker, checker.getTypeFromTypeNode(alias.type));
    return Object.fromEntries(fields.map((field) => [keyText(field), field.text]));
  });
}
