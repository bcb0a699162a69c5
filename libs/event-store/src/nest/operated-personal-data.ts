// A context as operations need it that run a projection: they read what a service reads, with personal fields opened.
import { EventRegistry, systemClock, type KeyWrapping, type LogRecord, type SubjectKeyStore } from '../core/index.js';
import type { OpenContext } from '../postgres/operations/index.js';
import { PersonalDataVault, PersonalLog } from '../privacy/index.js';

/** The same records with their personal fields opened; `wrapping` undefined where there are none. */
export type OpenRecords = (records: readonly LogRecord[]) => Promise<readonly LogRecord[]>;

export function withOpenEvents(
  context: OpenContext,
  wrapping: KeyWrapping | undefined,
): OpenContext & { openRecords: OpenRecords } {
  const vault = vaultOf(context.subjectKeys, wrapping);
  const { logs, events } = context;
  return {
    ...context,
    logs: { ...logs, events: new PersonalLog(logs.events, vault) },
    events: {
      append: (request) => events.append(request),
      streamVersion: (stream) => events.streamVersion(stream),
      readStream: async (stream, range) => [
        ...(await vault.open(await events.readStream(stream, range), (one) => one.stream)),
      ],
    },
    openRecords: opening(vault),
  };
}

export function openingRecords(subjectKeys: SubjectKeyStore, wrapping: KeyWrapping | undefined): OpenRecords {
  return opening(vaultOf(subjectKeys, wrapping));
}

/** What is only read needs no classes. */
function vaultOf(store: SubjectKeyStore, wrapping: KeyWrapping | undefined): PersonalDataVault {
  return new PersonalDataVault({ store, wrapping, registry: new EventRegistry(), clock: systemClock });
}

function opening(vault: PersonalDataVault): OpenRecords {
  return (records) => vault.openEach(records, ({ key }) => key);
}
