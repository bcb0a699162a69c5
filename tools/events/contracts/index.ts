// The released forms of messages on disk: `npm run docs` records new ones, `npm run check` says where today's classes and a release do not go together.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { integrationDecoder, readMessage, type TopicContract } from '../../../libs/event-store/src/messaging/index.js';
import type { Problem } from '../../docs/problem.js';
import { committedIn, recordedText } from '../recorded-file.js';
import { contractsIn, CONTRACTS, type ContractEvent } from './contract-events.js';
import { bindingReleases, releaseProblems, renewedReleases, type Releases } from './releases.js';

/** What does not go together, files that are not what `npm run docs` would write, and released samples that today's classes refuse. */
export async function checkContracts(root = process.cwd()): Promise<Problem[]> {
  const problems: Problem[] = [];
  const topics = await topicsOf(root);
  for (const { file, events, recorded, binding, text } of recordedContracts(root)) {
    const found = releaseProblems(binding, events, file);
    problems.push(...found.map(({ event, what }) => ({ file: event?.file ?? file, line: event?.line ?? 1, what })));
    problems.push(...refusedSamples(recorded, topics).map((what) => ({ file, line: 1, what })));
    if (found.length > 0 || (await recordedText(renewedReleases(recorded, binding, events))) === text) continue;
    problems.push({ file, line: 1, what: 'is not what the contracts say by now; npm run docs renews it' });
  }
  return problems;
}

/** Path from the root → what is to be written there. */
export async function renewContracts(root = process.cwd()): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { file, events, recorded, binding } of recordedContracts(root))
    files.set(file, await recordedText(renewedReleases(recorded, binding, events)));
  return files;
}

/** Every released sample, read as an inbox reads a message. */
export function refusedSamples(releases: Releases, topics: readonly TopicContract[]): string[] {
  const decoder = integrationDecoder(topics);
  return Object.entries(releases).flatMap(([type, forms]) => {
    const topic = topics.find((one) => decoder.classOf(one.topic, type))?.topic;
    if (topic === undefined) return [`${type} is on no topic: name its class in topic('…', […]).`];
    return forms.flatMap(({ sample }, index) => {
      const headers = { ce_id: 'sample', ce_type: type };
      const value = Buffer.from(JSON.stringify(sample));
      const read = readMessage({ topic, partition: 0, offset: '0', key: 'sample', headers, value }, decoder);
      if (!('reasonCode' in read)) return [];
      return [
        `Today's class of ${type} refuses the sample of its release ${index + 1}: ${read.reasonCode}: ${read.detail}. Write a valid one there.`,
      ];
    });
  });
}

interface RecordedContract {
  /** From the root. */
  readonly file: string;
  readonly events: readonly ContractEvent[];
  readonly recorded: Releases;
  readonly binding: Releases;
  /** As it is on disk. */
  readonly text: string | undefined;
}

function recordedContracts(root: string): RecordedContract[] {
  return contractsIn(root).map(({ released: file, events }) => {
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined;
    const recorded = text === undefined ? {} : (JSON.parse(text) as Releases);
    return {
      file,
      events,
      text,
      recorded,
      binding: bindingReleases(recorded, committedIn(root, file) as Releases | undefined),
    };
  });
}

async function topicsOf(root: string): Promise<TopicContract[]> {
  const face = join(root, CONTRACTS, 'index.ts');
  const exported = (await import(pathToFileURL(face).href)) as Record<string, unknown>;
  return Object.values(exported).filter(
    (one): one is TopicContract => typeof one === 'object' && one !== null && 'topic' in one,
  );
}
