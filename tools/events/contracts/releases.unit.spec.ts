import { describe, expect, it } from 'vitest';
import {
  bindingReleases,
  incompatibilities,
  releaseProblems,
  renewedReleases,
  typesTakenOut,
  type Release,
} from './releases.js';
import type { ContractEvent } from './contract-events.js';

const ID = 'IsId()';
const fields = { orderId: 'string', total: '{ amountMinor: number; currency: string }' };
const checks = { orderId: [ID], total: ['IsMoney()'] };
const sample = { orderId: '0198c0de-7a11-7000-8000-000000000001', total: { amountMinor: 1250, currency: 'EUR' } };
const released: Release = { fields, checks, sample };
const placed = (over: Partial<ContractEvent> = {}): ContractEvent => ({
  type: 'shop.order.placed.v1',
  className: 'OrderPlacedV1',
  file: 'libs/contracts/src/order.events.v1.ts',
  line: 7,
  fields,
  checks,
  ...over,
});
const withNote = placed({
  fields: { ...fields, 'note?': 'string' },
  checks: { ...checks, note: ['IsOptional()', 'IsLine()'] },
});

describe('a message and a release of it', () => {
  it('go together when it is the same, or has a new field that may be missing', () => {
    expect(incompatibilities(released, placed())).toEqual([]);
    expect(incompatibilities(released, withNote)).toEqual([]);
  });

  it.each<[string, Partial<ContractEvent>, string[]]>([
    ['removed', { fields: { orderId: 'string' } }, ['total is gone, and who was built for the release needs it']],
    [
      'renamed',
      { fields: { id: 'string', total: fields.total }, checks: { id: [ID], total: checks.total } },
      [
        'orderId is gone, and who was built for the release needs it',
        'id is new and must be there, and what was published has none',
      ],
    ],
    ['retyped', { fields: { ...fields, orderId: 'number' } }, ['orderId is number now, and was published as string']],
    [
      'newly required',
      { fields: { ...fields, note: 'string' }, checks: { ...checks, note: [] } },
      ['note is new and must be there, and what was published has none'],
    ],
    [
      'optional now',
      { fields: { 'orderId?': 'string', total: fields.total } },
      ['orderId may be missing now, and who was built for the release needs it'],
    ],
    [
      'removed deep inside',
      { fields: { ...fields, total: '{ amountMinor: number }' } },
      ['total.currency is gone, and who was built for the release needs it'],
    ],
    [
      'checked otherwise',
      { checks: { ...checks, orderId: ['IsString()'] } },
      ['orderId is checked by @IsString() now, and was by @IsId(): one side would refuse what the other publishes'],
    ],
  ])('do not when a field is %s', (_what, over, lines) => {
    expect(incompatibilities(released, placed(over))).toEqual(lines);
  });

  it('do not when one side knows more values than the other, whichever it is', () => {
    const by = (type: string) => placed({ fields: { by: type }, checks: { by: [] } });
    const of = (type: string): Release => ({ fields: { by: type }, checks: { by: [] }, sample: {} });
    expect(incompatibilities(of('"me"'), by('"me" | "you"'))).toEqual([
      'by may be "you" now, and who was built for the release reads "me"',
    ]);
    expect(incompatibilities(of('"me" | "you"'), by('"me"'))).toEqual(['by is "me" now, and was published as "you"']);
  });
});

describe('the releases of a contract', () => {
  const type = placed().type;

  it('name the class and the way out where it does not go together with one of them', () => {
    const [problem, ...others] = releaseProblems({ [type]: [released] }, [placed({ fields: { orderId: 'string' } })]);
    expect(others).toEqual([]);
    expect(problem!.what).toContain(
      'OrderPlacedV1 does not go together with a release of shop.order.placed.v1: total is gone',
    );
    expect(problem!.what).toContain("make OrderPlacedV2 with @IntegrationEvent('shop.order.placed.v2') beside it");
    expect(problem!.what).toContain('move its forms to libs/contracts/released/withdrawn.json, each with a "reason"');
  });

  it('are held against every one of them, not only the last', () => {
    const wide: Release = { ...released, fields: withNote.fields, checks: withNote.checks };
    const dropped = releaseProblems({ [type]: [released, wide] }, [placed()]);
    expect(dropped).toMatchObject([{ what: expect.stringContaining('note is gone') }]);
  });

  it('keep a message whose class is gone', () => {
    expect(releaseProblems({ [type]: [released] }, [])).toMatchObject([
      { event: undefined, what: expect.stringContaining('No class reads shop.order.placed.v1 any more') },
    ]);
    expect(renewedReleases({}, { [type]: [released] }, [])).toEqual({ [type]: [released] });
  });

  it('get a new form behind the others, with a sample that has every field', () => {
    const renewed = renewedReleases({ [type]: [released] }, { [type]: [released] }, [withNote]);
    expect(renewed[type]).toEqual([
      released,
      { fields: withNote.fields, checks: withNote.checks, sample: { ...sample, note: 'A line of text.' } },
    ]);
  });

  it('get none that does not go together with what binds', () => {
    const changed = placed({ fields: { orderId: 'string' } });
    expect(renewedReleases({}, { [type]: [released] }, [changed])[type]).toEqual([released]);
  });

  it('keep a sample that somebody wrote, and are as they were when nothing has changed', () => {
    const byHand = { ...released, sample: { mine: true } };
    expect(renewedReleases({ [type]: [byHand] }, {}, [placed()])).toEqual({ [type]: [byHand] });
    expect(renewedReleases({ [type]: [released] }, { [type]: [released] }, [placed()])).toEqual({ [type]: [released] });
  });

  it('bind whether or not anything is left of them in the files, unless they were withdrawn', () => {
    const other: Release = { ...released, fields: { orderId: 'string' } };
    const before = { [type]: [released, other] };
    expect(bindingReleases(before, {})).toEqual(before);
    expect(bindingReleases(before, { [type]: [other] })).toEqual({ [type]: [released] });
  });

  it('are missed when a form is taken out, and when one is edited, its sample too', () => {
    const before = { [type]: [released] };
    expect(typesTakenOut(before, before)).toEqual([]);
    expect(typesTakenOut(before, { [type]: [released, { ...released, fields: withNote.fields }] })).toEqual([]);
    expect(typesTakenOut(before, {})).toEqual([type]);
    expect(typesTakenOut(before, { [type]: [{ ...released, checks: withNote.checks }] })).toEqual([type]);
    expect(typesTakenOut(before, { [type]: [{ ...released, sample: {} }] })).toEqual([type]);
  });

  it('come back with npm run docs when somebody took them out', () => {
    expect(renewedReleases({}, { [type]: [released] }, [placed()])).toEqual({ [type]: [released] });
  });
});
