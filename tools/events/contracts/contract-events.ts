// The integration events as their classes say them today: fields with their types written out, and what each is checked by.
import { posix } from 'node:path';
import { decoratedClasses, type DeclaredEvent } from '../../docs/reference/event-sources.js';
import { Tree } from '../../docs/tree.js';
import { fieldsOfClasses } from '../shapes/event-shapes.js';
import type { Fields } from '../shapes/misfits.js';

export const CONTRACTS = 'libs/contracts/src';
export const RELEASED = 'libs/contracts/released';

export interface ContractEvent {
  readonly type: string;
  readonly className: string;
  /** From the root, and where the class is declared in it. */
  readonly file: string;
  readonly line: number;
  readonly fields: Fields;
  /** Field → its decorators as they are written: a value that passes them passes everywhere. */
  readonly checks: Readonly<Record<string, readonly string[]>>;
}

export interface Contract {
  /** Where its releases are recorded. */
  readonly released: string;
  readonly events: readonly ContractEvent[];
}

/** One for each file that declares messages, and has any. */
export function contractsIn(root: string): Contract[] {
  const tree = new Tree(root);
  const files = tree.files(CONTRACTS, '.ts').filter((file) => !file.endsWith('.spec.ts'));
  const declared = files.map((file) => ({ file, classes: decoratedClasses(tree, file, 'IntegrationEvent') }));
  const all = declared.flatMap(({ classes }) => classes);
  const shapes = fieldsOfClasses(
    root,
    all.map(({ name, file }) => ({ className: name, file })),
  );
  const fields = new Map(all.map((event, index) => [event, shapes[index]!]));
  return declared
    .filter(({ classes }) => classes.length > 0)
    .map(({ file, classes }) => ({
      released: posix.join(RELEASED, posix.basename(file).replace(/\.ts$/, '.json')),
      events: classes.map((event) => contractEvent(event, fields.get(event)!)),
    }));
}

function contractEvent({ type, name, file, line, fields: declared }: DeclaredEvent, fields: Fields): ContractEvent {
  const checks = Object.fromEntries(declared.map((field) => [field.name, field.checks]));
  return { type, className: name, file, line, fields, checks };
}
