import { describe, expect, it } from 'vitest';
import type { ContractEvent } from './contract-events.js';
import {
  bindingValues,
  keysOf,
  renewedValues,
  valueProblems,
  type CheckedField,
  type RecordedValues,
} from './recorded-values.js';

const event = (className: string): ContractEvent => ({
  type: `zoo.${className}.v1`,
  className,
  file: 'libs/contracts/src/zoo.events.v1.ts',
  line: 7,
  fields: { name: 'string', 'weight?': 'number' },
  checks: { name: ['IsLine()'], weight: ['IsOptional()', 'IsInt()'] },
});

/** A line of at most so many characters. */
const nameOf = (className: string, longest: number): CheckedField => ({
  key: 'string @IsLine()',
  event: event(className),
  name: 'name',
  sample: 'Ada',
  accepts: (value) => typeof value === 'string' && value.length > 0 && value.length <= longest,
});
const released = renewedValues({}, [nameOf('BornV1', 200)]);

describe('the values of a check', () => {
  it('are kept under what is written at the field, its type too', () => {
    expect([...keysOf(event('BornV1'))]).toEqual([
      ['name', 'string @IsLine()'],
      ['weight', 'number @IsOptional() @IsInt()'],
    ]);
  });

  it('are recorded with what the class says to each', () => {
    const { accepted, refused } = released['string @IsLine()']!;
    expect(accepted).toEqual(expect.arrayContaining(['Ada', 'x'.repeat(200)]));
    expect(refused).toEqual(expect.arrayContaining(['', null, 'x'.repeat(201)]));
  });

  it('stay as they were recorded, whatever the class says now', () => {
    expect(renewedValues(released, [nameOf('BornV1', 100)])).toEqual(released);
  });

  it('bind as long as a released form has such a field', () => {
    const form = { fields: { name: 'string' }, checks: { name: ['IsLine()'] }, sample: {} };
    const before: RecordedValues = { ...released, 'string @IsNothingWeHave()': { accepted: [], refused: [] } };
    expect(bindingValues(before, { 'zoo.BornV1.v1': [form] })).toEqual(released);
    expect(bindingValues(before, { 'zoo.BornV1.v1': [] })).toEqual({});
  });
});

describe('a check that has moved', () => {
  it('is no problem as long as it says what it said', () => {
    expect(valueProblems(released, [nameOf('BornV1', 200), nameOf('FedV1', 200)])).toEqual([]);
  });

  it('is named with its fields and a value when it refuses what it took', () => {
    const [problem, ...others] = valueProblems(released, [nameOf('BornV1', 199), nameOf('FedV1', 199)]);
    expect(others).toEqual([]);
    expect(problem!.what).toContain('BornV1.name, FedV1.name: @IsLine() refuses "xxx');
    expect(problem!.what).toContain('(202 characters) now, and took it when it was released');
    expect(problem!.what).toContain('Put its limit back. Another limit is another check');
  });

  it('and when it takes what it refused', () => {
    expect(valueProblems(released, [nameOf('BornV1', 201)])).toMatchObject([
      { what: expect.stringContaining('and refused it when it was released: who was built for the release') },
    ]);
  });

  it('is one as well where two fields are written alike and are not', () => {
    expect(valueProblems(released, [nameOf('BornV1', 200), nameOf('FedV1', 20)])).toMatchObject([
      { what: expect.stringMatching(/^FedV1\.name: @IsLine\(\) refuses/) },
    ]);
  });
});
