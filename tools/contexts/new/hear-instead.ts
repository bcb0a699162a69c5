// With --hears the saga hears a message of another context where the template hears its own. Each place is replaced exactly, or it is an error:
// a template that is edited without this file would otherwise generate nonsense.
import type { ConsumedMessage } from './consumed-message.js';

const SAGA = 'context/src/application/freight-depot.saga.ts';
const SPEC = 'context/src/freight-depot.unit.spec.ts';

/** `text` of the file `source` below ./templates, before it is renamed. */
export function hearInstead(source: string, text: string, message: ConsumedMessage | undefined): string {
  if (!message) return text;
  const subject = `'${inWords(message.name)}'`;
  let changed = text;
  for (const [from, to] of Object.entries(placesOf(message, subject)[source] ?? {})) {
    if (changed.split(from).length !== 2)
      throw new Error(`templates/${source} should hold this once, and does not: ${from}`);
    changed = changed.replace(from, to);
  }
  return changed
    .replaceAll('CrateLoadRequestedV1', message.name)
    .replaceAll('freightDepotRequests', message.contract)
    .replaceAll('shop.freight-depot.requests.v1', message.topic);
}

function placesOf(
  { name, idField, example }: ConsumedMessage,
  subject: string,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    [SAGA]: {
      '({ crateLoadId, subject }) => new OpenCrateLoad(crateLoadId, subject)': `({ ${idField} }) => new OpenCrateLoad(${idField}, ${subject})`,
    },
    [SPEC]: {
      [`new CrateLoadRequestedV1(id, 'The first one')`]: `new ${name}(${example.join(', ')})`,
      [`new CrateLoadOpened('The first one')`]: `new CrateLoadOpened(${subject})`,
    },
  };
}

/** OrderConfirmedV1 → order confirmed */
function inWords(name: string): string {
  return name
    .replace(/V\d+$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
