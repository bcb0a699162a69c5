import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginSpan, inSpan, MessageContext, useTracer } from '@app/event-store/core';
import { otelTracer } from './otel-tracer.js';
import { SpanContexts } from './span-contexts.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`;

let exporter: InMemorySpanExporter;
let keeps: boolean;
let callersAreFollowed: (follow: boolean) => void;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  keeps = true;
  const processor = new SimpleSpanProcessor(exporter);
  const resource = emptyResource();
  const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });
  const provider = new NodeTracerProvider({ resource, sampler, spanProcessors: [processor] });
  provider.register({ contextManager: new SpanContexts() });
  callersAreFollowed = (follow) =>
    useTracer(otelTracer({ resource, instrumentationScope: { name: 'test' }, processor }, () => keeps, follow));
  callersAreFollowed(false);
});
afterEach(() => {
  useTracer(undefined);
  trace.disable();
  context.disable();
  propagation.disable();
});

const spans = () => exporter.getFinishedSpans();
const named = (name: string) => spans().find((span) => span.name === name)!;
const within = <T>(name: string, work: () => T, from?: string): Promise<T> =>
  inSpan(
    () => ({ name }),
    async () => work(),
    from,
  );
/** A span of another library. */
const theirs = <T>(name: string, work: () => T): T =>
  trace.getTracer('theirs').startActiveSpan(name, (span) => {
    try {
      return work();
    } finally {
      span.end();
    }
  });

describe('a span of a batch', () => {
  const batch = (...links: (string | undefined)[]) =>
    inSpan(
      () => ({ name: 'send', links }),
      async () => undefined,
    );
  const [kept, leftOut] = [CALLER, `${CALLER.slice(0, -1)}0`];

  it.each<[string, (string | undefined)[], boolean]>([
    ['one that is kept is among those it has to do with', [undefined, leftOut, kept], true],
    ['none of them is kept', [leftOut, leftOut], false],
  ])('is kept or not by its links alone: %s', async (_, links, isKept) => {
    for (keeps of [true, false]) await batch(...links);
    expect(spans()).toHaveLength(isKept ? 2 : 0);
  });

  it('is kept as any trace that begins here, where it has to do with none', async () => {
    for (keeps of [true, false]) await batch(undefined, 'nonsense');
    expect(spans()).toHaveLength(1);
  });
});

describe('a span', () => {
  it('is exported with its kind, what it follows from, what it has to do with, and what it says', async () => {
    const began = Date.now();
    await inSpan(
      () => ({
        name: 'send orders',
        kind: 'producer',
        links: [CALLER, CALLER, CALLER.replace(/7-01$/, '8-00'), undefined, 'nonsense'],
        attributes: { topic: 'orders', key: undefined },
      }),
      async (span) => span!.set({ messages: 2 }),
      CALLER,
    );
    const [span] = spans();
    expect(span).toMatchObject({ name: 'send orders', kind: SpanKind.PRODUCER, status: { code: 0 }, ended: true });
    expect(span!.attributes).toEqual({ topic: 'orders', messages: 2 });
    expect(span!.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: '00f067aa0ba902b7' });
    expect(span!.spanContext()).toMatchObject({ traceId: TRACE, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(span!.links.map((link) => link.context.spanId)).toEqual(['00f067aa0ba902b7']);
    const [seconds, nanos] = span!.startTime;
    expect(seconds * 1e3 + nanos / 1e6).toBeGreaterThanOrEqual(began);
    expect(span!.endTime[0] + span!.endTime[1] / 1e9).toBeGreaterThanOrEqual(seconds + nanos / 1e9);
  });

  it('does not say what has the name of a secret, whoever says it of the span', async () => {
    await inSpan(
      () => ({ name: 'ours', attributes: { userPassword: 'canary4711' } }),
      async (span) => {
        span!.set({ 'x-api-key': 'canary4711' });
        const found = trace.getActiveSpan()!;
        found
          .setAttribute('card_number', 'canary4711')
          .addEvent('said', { 'http.request.header.authorization': 'canary4711' });
      },
    );
    const [{ attributes, events }] = spans() as [ReturnType<typeof spans>[number]];
    expect(JSON.stringify([attributes, events])).not.toContain('canary4711');
    expect(Object.keys(attributes)).toEqual(['userPassword', 'x-api-key', 'card_number']);
  });

  it('that fails says with what, and never the stack', async () => {
    await expect(within('append order', () => Promise.reject(new TypeError('no disk')))).rejects.toThrow('no disk');
    const [{ events, status }] = spans() as [ReturnType<typeof spans>[number]];
    expect(status.code).toBe(2);
    expect(events).toMatchObject([{ name: 'exception' }]);
    expect(events[0]!.attributes).toEqual({ 'exception.type': 'TypeError', 'exception.message': 'no disk' });
  });

  it('says of an error what the logs do, also where other code tells of one: no value that PostgreSQL quotes', async () => {
    const error = Object.assign(new Error('invalid input syntax for type uuid: "canary4711"'), {
      code: '22P02',
      detail: 'Key (email)=(canary4711)',
    });
    const failing = within('append order', async () => {
      trace.getActiveSpan()!.recordException(error);
      throw error;
    });
    await expect(failing).rejects.toThrow(error);
    const said = named('append order').events.map(({ attributes }) => attributes?.['exception.message']);
    expect(said).toEqual(Array(2).fill('invalid input syntax for type uuid: "[redacted]"'));
  });

  it('is the parent of spans of other libraries, and they of it, whichever is nearer', async () => {
    await within('execute Place', async () => {
      await theirs('theirs', () => within('append order', () => theirs('INSERT', () => undefined)));
    });
    const parent = (name: string) => named(name).parentSpanContext?.spanId;
    expect(parent('execute Place')).toBeUndefined();
    expect(parent('theirs')).toBe(named('execute Place').spanContext().spanId);
    expect(parent('append order')).toBe(named('theirs').spanContext().spanId);
    expect(parent('INSERT')).toBe(named('append order').spanContext().spanId);
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it('takes what other code says about what runs, and is ended by its work alone', async () => {
    await within('execute Place', () => {
      const active = trace.getActiveSpan()!;
      active.setAttribute('shop.lines', 3).addEvent('priced', { cents: 100 }).end();
      expect([active.isRecording(), spans()]).toEqual([true, []]);
    });
    expect(named('execute Place')).toMatchObject({ attributes: { 'shop.lines': 3 }, events: [{ name: 'priced' }] });
  });

  it('keeps so many events and counts the others, and nothing that is said after its end', async () => {
    let active = trace.getActiveSpan();
    await within('execute Place', () => {
      active = trace.getActiveSpan();
      for (let row = 0; row < 130; row += 1) active!.addEvent('row');
    });
    active!.setAttribute('late', true).addEvent('late').setStatus({ code: 2 }).updateName('late');
    const span = named('execute Place');
    expect([span.events.length, span.droppedEventsCount, span.status.code]).toEqual([128, 2, 0]);
    expect(span.attributes).not.toHaveProperty('late');
  });
});

describe('a request whose caller traces', () => {
  const kept = CALLER;
  const leftOut = CALLER.replace(/01$/, '00');

  it.each([
    ['is kept as any other is, whatever the caller keeps', false, kept, false, '00'],
    ['is kept as any other is, though the caller keeps it not', false, leftOut, true, '01'],
    ['is kept as the caller says, where callers are followed', true, kept, false, '01'],
    ['is left out as the caller says, where callers are followed', true, leftOut, true, '00'],
  ])('%s; its trace goes on', (_, follow, from, isOneOfOurs, flags) => {
    callersAreFollowed(follow);
    keeps = isOneOfOurs;
    const span = beginSpan(() => ({ name: 'POST /orders', kind: 'server' }), from, true)!;
    span.end();
    expect(span.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
    expect(spans()).toHaveLength(flags === '01' ? 1 : 0);
  });
});

describe('a trace that nobody keeps', () => {
  it('costs one span that is not exported: what follows is not even described', async () => {
    keeps = false;
    await inSpan(
      () => ({ name: 'POST /orders' }),
      async (request) => {
        expect(request!.traceparent).toMatch(/-00$/);
        theirs('theirs', () => undefined);
        const message = new MessageContext({ correlationId: 'c', traceparent: request!.traceparent });
        await MessageContext.run(message, () =>
          inSpan(
            () => expect.unreachable(),
            async () => undefined,
          ),
        );
      },
    );
    expect(spans()).toEqual([]);
  });

  it('has no spans of other libraries either where it goes on in another process', async () => {
    const message = new MessageContext({ correlationId: 'c', traceparent: CALLER.replace(/01$/, '00') });
    await MessageContext.run(message, async () => theirs('theirs', () => undefined));
    expect(spans()).toEqual([]);
  });
});
