// The released forms of messages on disk: `npm run docs` records new ones, `npm run check` says where today's classes and a release do not go together.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../docs/problem.js';
import { recordedLists, recordedText } from '../recorded-file.js';
import { contractsIn, type ContractEvent } from './contract-events.js';
import { goneContracts, type GoneContract } from './gone-contracts.js';
import { bindingValues, renewedValues, valueProblems, type RecordedValues } from './recorded-values.js';
import {
  mergedReleases,
  readWithdrawn,
  releasedBefore,
  VALUES,
  WITHDRAWN,
  type ReleasedBefore,
} from './released-before.js';
import {
  bindingReleases,
  releaseProblems,
  renewedReleases,
  typesTakenOut,
  WAY_OUT,
  type Releases,
} from './releases.js';
import { checkedFields, inboxIn, refusedSamples, type Inbox } from './samples.js';

/**
 * What does not go together, what was taken out, files that are not what `npm run docs` would write, and released samples and values of which
 * today's classes say something else.
 */
export async function checkContracts(root = process.cwd()): Promise<Problem[]> {
  const state = stateOf(root);
  const inbox = await inboxIn(root);
  const problems = [...state.gone.map(({ file, what }) => ({ file, line: 1, what })), ...reasonsMissing(root)];
  for (const contract of state.contracts) problems.push(...(await contractProblems(contract, inbox, state.before)));
  return [...problems, ...(await valuesProblems(state, inbox))];
}

/** Path from the root → what is to be written there. */
export async function renewContracts(root = process.cwd()): Promise<Map<string, string>> {
  const state = stateOf(root);
  const files = new Map<string, string>();
  for (const { file, renewed } of state.contracts) files.set(file, await recordedText(renewed));
  const fields = checkedFields(state.contracts, await inboxIn(root));
  return files.set(VALUES, await recordedLists(renewedValues(state.values, fields)));
}

interface State {
  readonly contracts: readonly RecordedContract[];
  readonly gone: readonly GoneContract[];
  readonly before: ReleasedBefore;
  /** Those that bind. */
  readonly values: RecordedValues;
  /** As they are on disk. */
  readonly valuesText: string | undefined;
}

interface RecordedContract {
  /** From the root. */
  readonly file: string;
  readonly events: readonly ContractEvent[];
  readonly recorded: Releases;
  readonly binding: Releases;
  /** What is to be recorded. */
  readonly renewed: Releases;
  /** As it is on disk. */
  readonly text: string | undefined;
}

function stateOf(root: string): State {
  const before = releasedBefore(root);
  const withdrawn = readWithdrawn(root);
  const found = contractsIn(root);
  const declared = new Set(found.flatMap(({ events }) => events.map(({ type }) => type)));
  const all = [...before.files.values()].reduce(mergedReleases, {}); // a type may have moved to another file
  const contracts = found.map(({ released: file, events }) => {
    const text = textOf(root, file);
    const recorded = text === undefined ? {} : (JSON.parse(text) as Releases);
    const types = [
      ...events.map(({ type }) => type),
      ...Object.keys(before.files.get(file) ?? {}).filter((type) => !declared.has(type)),
    ];
    const released = Object.fromEntries(types.flatMap((type) => (all[type] ? [[type, all[type]]] : [])));
    const binding = bindingReleases(released, withdrawn);
    return { file, events, text, recorded, binding, renewed: renewedReleases(recorded, binding, events) };
  });
  const binding = Object.assign({}, ...contracts.map((one) => one.binding)) as Releases;
  return {
    contracts,
    before,
    gone: goneContracts(root, before, { found, withdrawn, declared }),
    values: bindingValues(before.values, binding),
    valuesText: textOf(root, VALUES),
  };
}

async function contractProblems(
  { file, events, recorded, binding, renewed, text }: RecordedContract,
  inbox: Inbox,
  { comparedWith }: ReleasedBefore,
): Promise<Problem[]> {
  const out = typesTakenOut(binding, recorded).map(
    (type) =>
      `A released form of ${type} was taken out or edited (compared with ${comparedWith}): others may have been built for it. npm run docs puts it back; if nobody is left, ${WAY_OUT}`,
  );
  const found = releaseProblems(binding, events);
  const problems = [
    ...[...out, ...refusedSamples(recorded, inbox)].map((what) => ({ file, line: 1, what })),
    ...found.map(({ event, what }) => ({ file: event?.file ?? file, line: event?.line ?? 1, what })),
  ];
  if (found.length + out.length > 0 || (await recordedText(renewed)) === text) return problems;
  return [...problems, stale(file)];
}

async function valuesProblems({ contracts, values, valuesText }: State, inbox: Inbox): Promise<Problem[]> {
  const fields = checkedFields(contracts, inbox);
  const renewed = renewedValues(values, fields);
  const found = valueProblems(renewed, fields).map(({ event: { file, line }, what }) => ({ file, line, what }));
  return (await recordedLists(renewed)) === valuesText ? found : [...found, stale(VALUES)];
}

function reasonsMissing(root: string): Problem[] {
  const what = 'has a form without a "reason": say why nobody is left who was built for it.';
  const isMissing = Object.values(readWithdrawn(root)).some((forms) =>
    forms.some(({ reason }) => typeof reason !== 'string' || reason.trim() === ''),
  );
  return isMissing ? [{ file: WITHDRAWN, line: 1, what }] : [];
}

function stale(file: string): Problem {
  return { file, line: 1, what: 'is not what the contracts say by now; npm run docs renews it' };
}

function textOf(root: string, file: string): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
}
