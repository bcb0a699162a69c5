// The end of the story: a line for every key, and the verdict in words.
import type { SpreadKey } from './keys.js';
import type { KeyResult } from './ledger.js';

export interface Verdict {
  readonly good: boolean;
  readonly lines: readonly string[];
}

export function verdict(results: readonly KeyResult[], keys: readonly SpreadKey[]): Verdict {
  const total = (of: (result: KeyResult) => number): number => results.reduce((sum, result) => sum + of(result), 0);
  const lost = total(({ sent, received }) => sent - received);
  const repeats = total((result) => result.repeats);
  const disordered = results.filter(({ inOrder }) => !inOrder).map(({ key }) => key);
  const partitionOf = new Map(keys.map(({ key, partition }) => [key, String(partition)]));
  const lines = [
    row('key', 'partition', 'sent', 'received', 'repeats', 'in order', 'handled by, in this order'),
    ...results.map(({ key, sent, received, repeats: again, inOrder, handled }) =>
      row(key, partitionOf.get(key)!, sent, received, again, inOrder ? 'yes' : 'NO', handled),
    ),
    row(
      'all',
      '',
      total(({ sent }) => sent),
      total(({ received }) => received),
      repeats,
      '',
      '',
    ).trimEnd(),
    '',
    lost === 0 ? 'Nothing is lost.' : `${messages(lost)} LOST.`,
    disordered.length === 0 ? 'Every key is in order.' : `OUT OF ORDER: ${disordered.join(', ')}.`,
  ];
  if (repeats > 0) {
    lines.push(
      `${repeats} repeat${repeats === 1 ? '' : 's'}. That is delivery "at least once": what was handled and not yet acknowledged when`,
      'its partition changed hands comes again. A handler has to bear that; the services remember the ids of messages.',
    );
  }
  return { good: lost === 0 && disordered.length === 0, lines };
}

function row(...[key, partition, sent, received, repeats, inOrder, handled]: (string | number)[]): string {
  const numbers = [partition, sent, received, repeats].map((cell, column) =>
    String(cell).padStart([9, 6, 9, 8][column]!),
  );
  return `${String(key).padEnd(10)}${numbers.join('')}  ${String(inOrder).padEnd(8)}  ${handled}`;
}

function messages(count: number): string {
  return `${count} message${count === 1 ? '' : 's'}`;
}
