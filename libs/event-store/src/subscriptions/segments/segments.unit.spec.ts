import { describe, expect, it } from 'vitest';
import { deterministicId, Event, EventRegistry, SubjectForgotten, type LogRecord } from '../../core/index.js';
import { asyncProjection } from '../projections/projection.js';
import { segmentNames, segmentOf, splitSegmentName } from './segments.js';

describe('segments', () => {
  it('of streams never change: a checkpoint would be about other streams than before', () => {
    const keys = ['order-1', 'order-2', 'order-0198c0de-0000-7000-8000-000000000001', 'ünïcode-😀', ''];
    expect(keys.map((key) => [segmentOf(key, 4), segmentOf(key, 7), segmentOf(key, 64)])).toEqual(PINNED);
  });

  it.each([2, 3, 4, 16])('are about equal: %i of them', (segments) => {
    const counts = Array.from({ length: segments }, () => 0);
    const total = 20_000;
    for (let n = 0; n < total / 2; n += 1) {
      for (const key of [`order-${deterministicId('stream', n)}`, `account-${n}`])
        counts[segmentOf(key, segments)]! += 1;
    }
    for (const count of counts) expect(Math.abs(count / (total / segments) - 1)).toBeLessThan(0.1);
  });

  it('hear each of their own streams, and all of them of somebody who is forgotten', () => {
    @Event('lab.noted')
    class Noted {}
    const handlers = new Map([Noted, SubjectForgotten].map((event) => [event, () => undefined]));
    const registry = new EventRegistry().register(Noted, SubjectForgotten);
    const segments = [0, 1, 2].map((index) =>
      asyncProjection({ name: 'notes', version: 1, handlers, registry, segment: { index, of: 3 } }),
    );
    const hearing = (type: string, key: string): number =>
      segments.filter(({ wants }) => wants({ type, key } as LogRecord)).length;
    expect(['note-1', 'note-2', 'note-3', 'note-4'].map((key) => hearing('lab.noted', key))).toEqual([1, 1, 1, 1]);
    expect(hearing('subject.forgotten', 'subject-alice')).toBe(3);
  });

  it('have names that tell what they are of', () => {
    expect(segmentNames('orders@v1')).toEqual(['orders@v1']);
    expect(segmentNames('orders@v2', 3)).toEqual(['orders@v2/0-of-3', 'orders@v2/1-of-3', 'orders@v2/2-of-3']);
    expect(splitSegmentName('orders@v2/1-of-3')).toEqual({ projection: 'orders@v2', segments: 3 });
    expect(splitSegmentName('orders@v2')).toEqual({ projection: 'orders@v2', segments: 1 });
  });
});

/** Segments of 4, of 7 and of 64. */
const PINNED = [
  [0, 4, 28],
  [0, 0, 0],
  [1, 0, 9],
  [1, 0, 33],
  [3, 4, 11],
];
