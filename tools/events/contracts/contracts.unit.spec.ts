import { IsInt, IsOptional, IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import * as messaging from '../../../libs/event-store/src/messaging/index.js';
import { checkContracts } from './index.js';
import { inboxOf, refusedSamples } from './samples.js';

@messaging.IntegrationEvent('zoo.animal.born.v1')
class AnimalBornV1 {
  @IsString() readonly name: string;
  @IsOptional() @IsInt() readonly weight?: number;

  constructor(name: string, weight?: number) {
    this.name = name;
    this.weight = weight;
  }
}

const inbox = inboxOf([messaging.topic('zoo.events.v1', [AnimalBornV1])], messaging);
const release = (sample: Record<string, unknown>) => ({ fields: {}, checks: {}, sample });
const type = 'zoo.animal.born.v1';

describe('released samples', () => {
  it('are read by the inbox of today, with fields it does not know and without those that may be missing', () => {
    const samples = [{ name: 'Ada' }, { name: 'Ada', weight: 3 }, { name: 'Ada', colour: 'of a later build' }];
    expect(refusedSamples({ [type]: samples.map(release) }, inbox)).toEqual([]);
  });

  it('that it refuses are named with their place and the reason', () => {
    const [refused, ...others] = refusedSamples({ [type]: [release({ name: 'Ada' }), release({ weight: 3 })] }, inbox);
    expect(others).toEqual([]);
    expect(refused).toContain('refuses the sample of its release 2: invalid-data: name must be a string');
  });

  it('of a message on no topic are nobody’s', () => {
    expect(refusedSamples({ 'zoo.animal.died.v1': [] }, inbox)).toEqual([expect.stringContaining('is on no topic')]);
  });
});

it('the contracts of this repository go together with all their releases', { timeout: 120_000 }, async () => {
  expect(await checkContracts()).toEqual([]);
});
