import { afterEach, describe, expect, it } from 'vitest';
import { DomainError } from '../aggregates/domain-errors.js';
import { MessageContext } from '../message-context.js';
import { beginSpan, inSpan, useTracer, type SpanAttributes, type SpanInit } from './tracing.js';

const CALLER = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

interface Told {
  readonly init: SpanInit;
  readonly from: string | undefined;
  readonly attributes: SpanAttributes[];
  ended: { readonly error: unknown } | undefined;
}

function tracing(): Told[] {
  const told: Told[] = [];
  useTracer({
    begin(init, from) {
      const span: Told = { init, from, attributes: [], ended: undefined };
      told.push(span);
      return {
        traceparent: `00-${'a'.repeat(32)}-${String(told.length).padStart(16, '0')}-01`,
        set: (attributes) => void span.attributes.push(attributes),
        run: (work) => work(),
        end: (error) => void (span.ended = { error }),
      };
    },
  });
  return told;
}
afterEach(() => useTracer(undefined));

class Refused extends DomainError {
  readonly code = 'REFUSED';
}

describe('a span', () => {
  it('is not even described where nobody traces', async () => {
    const described = (): never => expect.unreachable();
    expect(beginSpan(described)).toBeUndefined();
    await expect(inSpan(described, (span) => Promise.resolve(span))).resolves.toBeUndefined();
  });

  it('follows from what runs, unless it says from what', async () => {
    const told = tracing();
    const context = new MessageContext({ correlationId: 'c', traceparent: CALLER });
    await MessageContext.run(context, async () => {
      await inSpan(
        () => ({ name: 'load order' }),
        () => Promise.resolve(),
      );
      await inSpan(
        () => ({ name: 'process view' }),
        () => Promise.resolve(),
        'its own',
      );
    });
    expect(told.map(({ from }) => from)).toEqual([CALLER, 'its own']);
  });

  it('is not even described in a trace that who began it does not keep', async () => {
    tracing();
    const unkept = CALLER.replace(/01$/, '00');
    const described = (): never => expect.unreachable();
    expect(beginSpan(described, unkept)).toBeUndefined();
    const context = new MessageContext({ correlationId: 'c', traceparent: unkept });
    const running = MessageContext.run(context, () => inSpan(described, (span) => Promise.resolve(span)));
    await expect(running).resolves.toBeUndefined();
  });

  it('ends also with work that throws at once, or that gives no promise', async () => {
    const told = tracing();
    const throws = (): never => {
      throw new Error('at once');
    };
    await expect(inSpan(() => ({ name: 'one' }), throws)).rejects.toThrow('at once');
    const plain = (() => 7) as unknown as () => Promise<number>;
    await expect(inSpan(() => ({ name: 'two' }), plain)).resolves.toBe(7);
    expect(told.map(({ ended }) => ended?.error)).toEqual([new Error('at once'), undefined]);
    expect(told.every(({ ended }) => ended !== undefined)).toBe(true);
  });

  it('ends with its work, and fails as that does', async () => {
    const told = tracing();
    const broken = new TypeError('broken');
    await inSpan(
      () => ({ name: 'one' }),
      (span) => Promise.resolve(span!.set({ n: 1 })),
    );
    await expect(
      inSpan(
        () => ({ name: 'two' }),
        () => Promise.reject(broken),
      ),
    ).rejects.toBe(broken);
    expect(told.map(({ ended }) => ended)).toEqual([{ error: undefined }, { error: broken }]);
    expect(told[0]!.attributes).toEqual([{ n: 1 }]);
  });

  it('of a tracer that fails changes nothing', async () => {
    const fail = (): never => {
      throw new Error('no collector');
    };
    for (const begin of [
      fail,
      () => ({ traceparent: CALLER, set: fail, run: <T>(work: () => T) => work(), end: fail }),
    ]) {
      useTracer({ begin });
      await expect(
        inSpan(
          () => ({ name: 'append order' }),
          () => Promise.resolve('stored'),
        ),
      ).resolves.toBe('stored');
      await expect(
        inSpan(
          () => ({ name: 'append order' }),
          () => Promise.reject(new Refused('Not today.')),
        ),
      ).rejects.toThrow('Not today.');
    }
  });

  it('does not fail with a rejection, which is an answer', async () => {
    const told = tracing();
    const asked = inSpan(
      () => ({ name: 'execute Ship' }),
      () => Promise.reject(new Refused('Not today.')),
    );
    await expect(asked).rejects.toThrow('Not today.');
    expect(told[0]).toMatchObject({
      ended: { error: undefined },
      attributes: [{ 'event_store.command.rejection': 'REFUSED' }],
    });
  });
});
