import { createTraceState, ROOT_CONTEXT, type Attributes } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanInit } from '@app/event-store/core';
import { RecordedSpan, type Beginning } from './recorded-span.js';
import { SpanBatches } from './span-batches.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const own = { traceId: TRACE, spanId: '00f067aa0ba902b7', traceFlags: 1 };
const parent = { traceId: TRACE, spanId: 'b7ad6b7169203331', traceFlags: 1 };
const RESOURCE = { 'service.name': 'order-service', 'process.pid': 4_711 };
const instrumentationScope = { name: 'event-store' };
const resource = resourceFromAttributes(RESOURCE);

const begin = (init: Partial<SpanInit> = {}, of: Partial<Beginning> = {}): RecordedSpan =>
  new RecordedSpan(
    { resource, instrumentationScope, processor: { onEnd: () => undefined } },
    { own, parent: undefined, outer: ROOT_CONTEXT, ...of },
    { name: 'append order', ...init },
  );

/** What is sent of these spans, by us. */
function ours(spans: readonly RecordedSpan[]): Buffer[] {
  const sent: Buffer[] = [];
  const batches = new SpanBatches(RESOURCE, instrumentationScope.name, (batch) => void sent.push(Buffer.from(batch)));
  for (const span of spans) batches.onEnd(span);
  batches.flush();
  return sent;
}

const official = (spans: readonly RecordedSpan[]): Buffer =>
  Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans])!);

function expectSame(...spans: RecordedSpan[]): void {
  for (const span of spans) span.end();
  expect(Buffer.concat(ours(spans)).toString('hex')).toBe(official(spans).toString('hex'));
}

describe('the bytes of a span are those of OpenTelemetry', () => {
  it('with nothing but a name', () => expectSame(begin()));

  it.each(['internal', 'server', 'producer', 'consumer'] as const)('of kind %s', (kind) => expectSame(begin({ kind })));

  it('with a parent of this process or of another one', () =>
    expectSame(begin({}, { parent }), begin({}, { parent: { ...parent, isRemote: true } })));

  it('with links', () => expectSame(begin({ links: [`00-${TRACE}-b7ad6b7169203331-01`, undefined, 'nonsense'] })));

  it('that failed', () => {
    const span = begin();
    span.end(new TypeError('no disk'));
    expect(span.status.code).toBe(2);
    expectSame(span);
  });

  it('that other code said more about', () => {
    const span = begin();
    span.name = 'Straße 東京 🐘';
    span.status = { code: 2, message: 'no "disk"\n' };
    const traceState = createTraceState('a=1,b=2');
    span.links = [{ context: { ...parent, traceState, isRemote: true }, attributes: { reason: 'retry' } }];
    span.addEvent('priced', { cents: 100 });
    for (let row = 0; row < 200; row += 1) span.addEvent('row', { row });
    expect(span.droppedEventsCount).toBe(73);
    expectSame(span);
  });

  it('beside one that cannot be written, which is left out', () => {
    const [good, bad, alsoGood] = [begin(), begin(), begin({ name: 'load order' })];
    bad.status = { code: 2, message: 5 as unknown as string };
    for (const span of [good, bad, alsoGood]) span.end();
    expect(Buffer.concat(ours([good, bad, alsoGood])).toString('hex')).toBe(official([good, alsoGood]).toString('hex'));
  });

  it('whatever its attributes are', () => {
    const number = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom(-(2 ** 60), 2 ** 62, 2 ** 63, -0));
    const text = fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' });
    const one = fc.oneof(text, number, fc.boolean(), fc.array(text), fc.array(number), fc.constant(undefined));
    const attributes = fc.dictionary(text, one as fc.Arbitrary<Attributes[string]>, { noNullPrototype: true });
    fc.assert(
      fc.property(attributes, (of) => {
        const span = begin();
        Object.assign(span.attributes, of);
        expectSame(span);
      }),
    );
  });

  it('to the nanosecond', () => {
    const ms = fc.double({ min: 1.7e12, max: 1e13, noNaN: true });
    const timed = (beganAt: number): RecordedSpan => Object.assign(begin(), { beganAt });
    fc.assert(fc.property(ms, (at) => expectSame(timed(at))));
    expectSame(...[1_700_000_000_000, 1_799_999_999_999.9998, 1_800_000_000_000.25].map(timed));
  });
});

describe('a batch of spans', () => {
  it('is sent when it is full, and the rest when it is asked for', () => {
    const spans = Array.from({ length: 2_500 }, (_, at) => begin({ attributes: { at, text: 'x'.repeat(100) } }));
    for (const span of spans) span.end();
    const sent = ours(spans);
    expect(sent.length).toBeGreaterThan(2);
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(140_000);
    expect(namesIn(sent)).toBe(2_500);
  });

  it('takes a span that is larger than all batches', () => {
    const attributes = { kanji: '東'.repeat(200_000) };
    const [large, small] = [begin({ attributes }), begin()];
    for (const span of [large, small]) span.end();
    const sent = ours([small, large, small]);
    expect(sent.map((batch, at) => batch.equals(official([[small, large], [small]][at]!)))).toEqual([true, true]);
  });

  it('is left as it is until it has been sent, and its bytes are used again after', () => {
    const batches: { readonly bytes: Uint8Array; sent(error: undefined): void }[] = [];
    const under = new SpanBatches(RESOURCE, 'event-store', (bytes, sent) => void batches.push({ bytes, sent }));
    const send = (name: string): Uint8Array => {
      const span = begin({ name });
      span.end();
      under.onEnd(span);
      under.flush();
      return batches.at(-1)!.bytes;
    };
    const first = send('first');
    const copy = Buffer.from(first);
    const second = send('second');
    expect(Buffer.from(first)).toEqual(copy);
    expect(second.buffer).not.toBe(first.buffer);
    for (const { sent } of batches) sent(undefined);
    send('third'); // what comes now goes into the buffer that was put back
    expect([first.buffer, second.buffer]).toContain(send('fourth').buffer);
  });

  it('is nothing where nobody made a span', () => expect(ours([])).toEqual([]));
});

function namesIn(sent: readonly Buffer[]): number {
  return sent.reduce((sum, bytes) => sum + bytes.toString('latin1').split('append order').length - 1, 0);
}
