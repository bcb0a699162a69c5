import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import {
  IntegrationEvent,
  integrationDecoder,
  readMessage,
  topic,
} from '../../../libs/event-store/src/messaging/index.js';
import { Tree } from '../tree.js';
import { asyncApiDocument } from './asyncapi.js';

const SOURCE = `
import { IntegrationEvent, topic } from '@app/event-store/messaging';
/** It is there. */
@IntegrationEvent('zoo.animal.born.v1')
export class AnimalBornV1 {
  @IsId() readonly animalId: string;
  /** In words. */
  @IsLine() readonly name: string;
  @IsOptional() @IsIn(['cat', 'dog']) readonly kind?: 'cat' | 'dog';
}
/** Keyed by animal. */
export const zooEvents = topic('zoo.animal.events.v1', [AnimalBornV1], { partitions: 3 });
`;

@IntegrationEvent('zoo.animal.fed.v1')
class AnimalFedV1 {}

type Json = Record<string, unknown>;

/** Rules of AsyncAPI 3.0 that a generator could break: what has to be there, and that every reference leads somewhere. */
function problemsOf(document: Json): string[] {
  const problems: string[] = [];
  if (document['asyncapi'] !== '3.0.0') problems.push('asyncapi is not 3.0.0');
  const { title, version } = (document['info'] ?? {}) as Json;
  if (typeof title !== 'string' || typeof version !== 'string') problems.push('info needs title and version');
  for (const [name, channel] of Object.entries(document['channels'] as Json)) {
    const { address, messages } = channel as Json;
    if (address !== name) problems.push(`channel ${name} has another address`);
    if (Object.keys(messages ?? {}).length === 0) problems.push(`channel ${name} has no messages`);
  }
  for (const [name, operation] of Object.entries(document['operations'] as Json)) {
    const { action, channel } = operation as Json;
    if (action !== 'send' && action !== 'receive') problems.push(`operation ${name} has no action`);
    if (!(channel as Json)?.['$ref']) problems.push(`operation ${name} has no channel`);
  }
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $ref } = value as Json;
    if (typeof $ref === 'string' && at(document, $ref) === undefined) problems.push(`${$ref} leads nowhere`);
    Object.values(value).forEach(visit);
  };
  visit(document);
  return problems;
}

function at(document: Json, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
}

describe('the AsyncAPI document', () => {
  const tree = new Tree('/nowhere/at/all');
  tree.write('libs/contracts/src/zoo.events.v1.ts', SOURCE);
  const document = JSON.parse(asyncApiDocument(tree)) as Json;

  it('has a channel for each topic, with its partitions and its messages', () => {
    expect(at(document, '#/channels/zoo.animal.events.v1')).toEqual({
      address: 'zoo.animal.events.v1',
      description: 'Keyed by animal.',
      messages: { AnimalBornV1: { $ref: '#/components/messages/AnimalBornV1' } },
      bindings: { kafka: { partitions: 3 } },
    });
  });

  it('describes a message by its fields, their checks and a sample', () => {
    expect(at(document, '#/components/messages/AnimalBornV1')).toMatchObject({
      name: 'zoo.animal.born.v1',
      summary: 'It is there.',
      payload: {
        type: 'object',
        required: ['animalId', 'name'],
        properties: {
          animalId: { $ref: '#/components/schemas/Id' },
          name: { allOf: [{ $ref: '#/components/schemas/Line' }], description: 'In words.' },
          kind: { anyOf: [{ enum: ['cat', 'dog'] }, { type: 'null' }] },
        },
      },
      examples: [{ payload: { animalId: expect.any(String) as string, name: 'A line of text.', kind: 'cat' } }],
    });
  });

  it.each<[string, string]>([
    ...['', ' ', 'a', 'order 1', 'x'.repeat(200), 'x'.repeat(201), '\u00e9', 'a\n'].map((id): [string, string] => [
      'ce_id',
      id,
    ]),
    ...['', 'a', '\u00e9', 'x'.repeat(500), 'x'.repeat(501)].map((key): [string, string] => ['ce_subject', key]),
  ])('takes of the header %s what the inbox takes: %j', (name, text) => {
    const headers = { ce_id: '1', ce_type: 'zoo.animal.fed.v1', ce_subject: 'k', [name]: text };
    const message = {
      topic: 'zoo',
      partition: 0,
      offset: '0',
      key: headers.ce_subject,
      headers,
      value: Buffer.from('{}'),
    };
    const read = readMessage(message, integrationDecoder([topic('zoo', [AnimalFedV1])]));
    const { properties } = at(document, '#/components/schemas/Headers') as { properties: Record<string, object> };
    expect(new Ajv().compile(properties[name]!)(text)).toBe(!('reasonCode' in read));
  });

  it('keeps the rules, as that of this repository does', () => {
    expect(problemsOf(document)).toEqual([]);
    expect(problemsOf(JSON.parse(asyncApiDocument(new Tree(process.cwd()))) as Json)).toEqual([]);
  });

  it('would be found out with a reference that leads nowhere', () => {
    const broken = structuredClone(document);
    (at(broken, '#/components/messages') as Json)['AnimalBornV1'] = undefined;
    expect(problemsOf(broken)).toEqual(['#/components/messages/AnimalBornV1 leads nowhere']);
  });
});
